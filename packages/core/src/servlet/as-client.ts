/** Who polls: asked before the body is read. */
import { problem } from '../protocol/problem.ts';
import type { ClientIdentity } from '../server/communication-server.ts';
import type { Exchange } from './exchange.ts';
import { checkForgery } from './forgery.ts';
import { respondFailure, respondProblem, type Service } from './service.ts';

/** Goes on with the caller's identity; answers 401 where there is none. */
export function asClient(service: Service, exchange: Exchange, use: (identity: ClientIdentity) => void): void {
  const forged = checkForgery(exchange, service.origins);
  if (forged !== undefined) return respondProblem(service, exchange, forged);
  const found = service.authenticate(exchange);
  if (found !== undefined && 'then' in found) return decideLater(service, exchange, found, use);
  decide(service, exchange, found, use);
}

function decide(
  service: Service,
  exchange: Exchange,
  identity: ClientIdentity | undefined,
  use: (identity: ClientIdentity) => void,
): void {
  if (identity === undefined) respondProblem(service, exchange, problem('unauthenticated'));
  else use(identity);
}

/** Apart from `asClient`: its closures are for hosts that take time. */
function decideLater(
  service: Service,
  exchange: Exchange,
  found: PromiseLike<ClientIdentity | undefined>,
  use: (identity: ClientIdentity) => void,
): void {
  found
    .then((identity) => decide(service, exchange, identity, use))
    .then(undefined, (failure: unknown) => respondFailure(service, exchange, failure));
}
