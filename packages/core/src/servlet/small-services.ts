/** The rest of the wire: health, goodbye, and a publisher's questions about its own notifications. */
import { nameBytes } from '../protocol/limits.ts';
import { problem } from '../protocol/problem.ts';
import { isName } from '../protocol/text.ts';
import { after } from '../server/after.ts';
import { asClient } from './as-client.ts';
import type { Exchange } from './exchange.ts';
import { asPublisher } from './publisher.ts';
import { respondJson, respondProblem, type Service } from './service.ts';
import { ticketSeconds } from './tickets.ts';

/** `GET {base}/health`: whether this node takes work, and what an acceptance is worth. */
export function serveHealth(service: Service, exchange: Exchange): void {
  const { inspect } = service.server;
  // What was damaged once is for operators to know: it takes nothing from those who ask.
  const status = inspect.totals().draining ? 'draining' : inspect.storage().state === 'failed' ? 'buffer-unavailable' : 'ok';
  const { json } = service.headersFor(exchange);
  const body = JSON.stringify({ status, v: 1 });
  if (status === 'ok') exchange.respond({ status: 200, headers: json, body });
  else exchange.respond({ status: 503, headers: [...json, 'retry-after', '1'], body });
}

/** `DELETE {base}/session/{id}`: the same answer for one's own, another's and an unknown session. */
export function serveGoodbye(service: Service, exchange: Exchange, id: string): void {
  asClient(service, exchange, (identity) => {
    service.server.goodbye(identity, id);
    exchange.respond({ status: 204, headers: service.headersFor(exchange).empty, body: '' });
  });
}

/** `POST {base}/ticket`: what an `EventSource` connects with where the host identifies by token. */
export function serveTicket(service: Service, exchange: Exchange): void {
  asClient(service, exchange, (identity) =>
    respondJson(service, exchange, 200, { ticket: service.tickets.issue(identity), expires: ticketSeconds }),
  );
}

/** `GET …/notifications/{id}`: the state of one message, and why. */
export function serveStatus(service: Service, exchange: Exchange, application: string, id: string): void {
  asPublisher(service, exchange, application, () =>
    after(service.server.status(application, id), (status) => {
      if (status === undefined) respondProblem(service, exchange, problem('unknown-notification'));
      else respondJson(service, exchange, 200, status);
    }),
  );
}

/** `DELETE …/notifications/{id}`: takes a message back. */
export function serveWithdraw(service: Service, exchange: Exchange, application: string, id: string): void {
  asPublisher(service, exchange, application, () =>
    after(service.server.withdraw(application, id), (outcome) => {
      if (outcome === 'unknown') respondProblem(service, exchange, problem('unknown-notification'));
      else respondJson(service, exchange, 200, { id, outcome });
    }),
  );
}

/** `DELETE …/recipients/{recipient}`: forgets what the application has for a recipient. */
export function serveErase(service: Service, exchange: Exchange, application: string, recipient: string): void {
  asPublisher(service, exchange, application, () => {
    if (!isName(recipient, nameBytes)) return respondProblem(service, exchange, problem('invalid-field', { field: 'recipient' }));
    return after(service.server.eraseRecipient(application, recipient), (erased) =>
      respondJson(service, exchange, 200, { erased }),
    );
  });
}
