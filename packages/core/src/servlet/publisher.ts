/** Who publishes: asked before anything else is read of the request. */
import { type Problem, problem } from '../protocol/problem.ts';
import type { Exchange } from './exchange.ts';
import { checkForgery } from './forgery.ts';
import { respondFailure, respondProblem, type Service } from './service.ts';

/** Goes on where the caller may publish for the application; answers 401 or 403 otherwise. */
export function asPublisher(
  service: Service,
  exchange: Exchange,
  application: string,
  use: () => void | PromiseLike<void>,
): void {
  const decide = (found: { readonly applications: readonly string[] } | undefined): void | PromiseLike<void> => {
    if (found === undefined) return turnAway(problem('unauthenticated'));
    if (!found.applications.includes(application))
      return turnAway(problem('forbidden', { detail: 'The key does not cover this application.' }));
    if (!service.server.applications.includes(application))
      return respondProblem(service, exchange, problem('unknown-application'));
    return use();
  };
  const turnAway = (found: Problem): void => {
    service.server.turnAway(application, found.code);
    respondProblem(service, exchange, found);
  };
  const fail = (failure: unknown): void => respondFailure(service, exchange, failure);
  // A host may know its publishers by cookie, too.
  const forged = checkForgery(exchange, service.origins);
  if (forged !== undefined) return turnAway(forged);
  const publisher = service.authorizePublisher(exchange);
  const done = publisher !== undefined && 'then' in publisher ? publisher.then(decide) : decide(publisher);
  if (done !== undefined && 'then' in done) done.then(undefined, fail);
}
