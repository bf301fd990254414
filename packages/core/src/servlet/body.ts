/** Reading a JSON body: type and encoding checked before a byte is read, bytes bounded while reading. */

import { isProblem, type JsonBody, parseJson } from '../protocol/json.ts';
import { type Problem, problem } from '../protocol/problem.ts';
import type { BodyOutcome, Exchange } from './exchange.ts';
import { respondFailure, respondProblem, type Service } from './service.ts';

/** Reads and parses the body, then goes on with it; whatever is wrong is answered here. */
export function withJsonBody(service: Service, exchange: Exchange, maxBytes: number, use: (body: JsonBody) => void): void {
  withTextBody(service, exchange, maxBytes, (text) => useJson(service, exchange, text, use));
}

/** Parses a body and goes on with it, or answers what is wrong. */
export function useJson(service: Service, exchange: Exchange, text: string, use: (body: JsonBody) => void): void {
  const { jsonDepth: depth, jsonKeys: keys } = service.server.limits;
  const parsed = parseJson(text, { depth, keys });
  if (isProblem(parsed)) return respondProblem(service, exchange, parsed);
  use(parsed);
}

/** Reads the body of a request that says it is JSON, then goes on with it; whatever is wrong is answered here. */
export function withTextBody(service: Service, exchange: Exchange, maxBytes: number, use: (text: string) => void): void {
  const wrong = checkHeaders(exchange, maxBytes);
  if (wrong !== undefined) return respondProblem(service, exchange, wrong);
  const found = exchange.readBody(maxBytes);
  if (!('then' in found)) return useOutcome(service, exchange, maxBytes, found, use);
  found.then(
    (outcome) => {
      try {
        useOutcome(service, exchange, maxBytes, outcome, use);
      } catch (failure) {
        respondFailure(service, exchange, failure);
      }
    },
    (failure: unknown) => respondFailure(service, exchange, failure),
  );
}

function checkHeaders(exchange: Exchange, maxBytes: number): Problem | undefined {
  const type = exchange.header('content-type');
  if (type === undefined || !isJsonType(type)) return problem('unsupported-media-type', { field: 'content-type' });
  const encoding = exchange.header('content-encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    return problem('unsupported-media-type', { field: 'content-encoding' });
  // Whoever understands it otherwise, a proxy say, would see another request than we do (RFC 9112, section 6.1).
  const coding = exchange.header('transfer-encoding');
  if (coding !== undefined && coding.toLowerCase() !== 'chunked')
    return problem('unsupported-transfer-coding', { field: 'transfer-encoding' });
  const length = exchange.header('content-length');
  return length !== undefined && Number(length) > maxBytes ? tooLarge(maxBytes) : undefined;
}

function isJsonType(type: string): boolean {
  if (type === 'application/json') return true;
  return /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(type);
}

function tooLarge(maxBytes: number): Problem {
  return problem('payload-too-large', { detail: `A body may take ${maxBytes} bytes here.` });
}

function useOutcome(
  service: Service,
  exchange: Exchange,
  maxBytes: number,
  outcome: BodyOutcome,
  use: (text: string) => void,
): void {
  switch (outcome.kind) {
    case 'text':
      return use(outcome.text);
    case 'too-large':
      return respondProblem(service, exchange, tooLarge(maxBytes));
    case 'not-utf8':
      return respondProblem(service, exchange, problem('malformed-json', { detail: 'The body is not UTF-8.' }));
    case 'aborted':
      return undefined;
  }
}
