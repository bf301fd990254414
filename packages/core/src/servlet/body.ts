/** Reading a JSON body: type and encoding checked before a byte is read, bytes bounded while reading. */

import { isProblem, type JsonBody, parseJson } from '../protocol/json.ts';
import { type Problem, problem } from '../protocol/problem.ts';
import type { BodyOutcome, Exchange } from './exchange.ts';
import { isTypeInUtf8 } from './media-type.ts';
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
  const type = exchange.header('content-type');
  if (type === undefined || !isJsonType(type))
    return respondProblem(service, exchange, problem('unsupported-media-type', { field: 'content-type' }));
  withBody(service, exchange, maxBytes, (body) => useText(service, exchange, body, use));
}

/** Goes on with a body that is text, or answers that it is none. */
export function useText(service: Service, exchange: Exchange, body: ReadBody, use: (text: string) => void): void {
  if (body.kind === 'text') return use(body.text);
  respondProblem(service, exchange, problem('malformed-json', { detail: 'The body is not UTF-8.' }));
}

/** A body that was read. */
export type ReadBody = Extract<BodyOutcome, { readonly kind: 'text' | 'not-utf8' }>;

/** Reads the body of a request whose media type was looked at before, whatever it is. */
export function withBody(service: Service, exchange: Exchange, maxBytes: number, use: (body: ReadBody) => void): void {
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
  return type === 'application/json' || isTypeInUtf8(type, 'application/json');
}

function tooLarge(maxBytes: number): Problem {
  return problem('payload-too-large', { detail: `A body may take ${maxBytes} bytes here.` });
}

function useOutcome(
  service: Service,
  exchange: Exchange,
  maxBytes: number,
  outcome: BodyOutcome,
  use: (body: ReadBody) => void,
): void {
  switch (outcome.kind) {
    case 'text':
    case 'not-utf8':
      return use(outcome);
    case 'too-large':
      return respondProblem(service, exchange, tooLarge(maxBytes));
    case 'aborted':
      return undefined;
  }
}
