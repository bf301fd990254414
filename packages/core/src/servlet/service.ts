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
export function respondProblem(service: Service, exchange: Exchange, found: Problem): void {
  const { problem: headers } = service.headersFor(exchange);
  const more: string[] = [];
  if (found.retryAfter !== undefined) more.push('retry-after', String(Math.ceil(found.retryAfter)));
  if (found.status === 401) more.push('www-authenticate', 'Bearer');
  exchange.respond({
    status: found.status,
    headers: more.length === 0 ? headers : [...headers, ...more],
    body: JSON.stringify(found),
  });
}

/** Answers with JSON. */
export function respondJson(service: Service, exchange: Exchange, status: number, value: unknown): void {
  exchange.respond({ status, headers: service.headersFor(exchange).json, body: JSON.stringify(value) });
}

/** Answers for a failure, never with its inner text. */
export function respondFailure(service: Service, exchange: Exchange, failure: unknown): void {
  respondProblem(service, exchange, failure instanceof CommunicationError ? failure.problem : problem('internal'));
}
