import { CommunicationError, type Problem, problem } from '../protocol/problem.ts';
import type { Exchange } from './exchange.ts';
import type { HeaderSet } from './headers.ts';
import type { ServletOptions } from './servlet.ts';
import type { Tickets } from './tickets.ts';

/** What serves one request: the options with their defaults, and how to answer. */
export interface Service extends Required<Pick<ServletOptions, 'server' | 'authenticate' | 'authorizePublisher'>> {
  readonly basePath: string;
  readonly tickets: Tickets;
  /** Browser origins that may call. */
  readonly origins: ReadonlySet<string>;
  /** The header sets for where the request came from. */
  headersFor(exchange: Exchange): HeaderSet;
}

/** Answers with a problem document. */
export function respondProblem(service: Service, exchange: Exchange, problem: Problem): void {
  const found = withRetry(problem);
  const { problem: headers } = service.headersFor(exchange);
  const more: string[] = [];
  if (found.retryAfter !== undefined) more.push('retry-after', String(found.retryAfter));
  if (found.status === 401) more.push('www-authenticate', 'Bearer');
  exchange.respond({
    status: found.status,
    headers: more.length === 0 ? headers : [...headers, ...more],
    body: JSON.stringify(found),
  });
}

/** Whole seconds wherever there are any, and some for every 429 and 503 (protocol §2.10). */
function withRetry(found: Problem): Problem {
  const { status, retryAfter = status === 429 || status === 503 ? 1 : undefined } = found;
  return retryAfter === undefined ? found : { ...found, retryAfter: Math.max(1, Math.ceil(retryAfter)) };
}

/** Answers with JSON. */
export function respondJson(service: Service, exchange: Exchange, status: number, value: unknown): void {
  exchange.respond({ status, headers: service.headersFor(exchange).json, body: JSON.stringify(value) });
}

/** Answers for a failure, never with its inner text. */
export function respondFailure(service: Service, exchange: Exchange, failure: unknown): void {
  respondProblem(service, exchange, failure instanceof CommunicationError ? failure.problem : problem('internal'));
}
