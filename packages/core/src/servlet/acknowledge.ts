/** `POST {base}/ack`: an acknowledgement without a poll, for streams and for a page that is going away. */
import { problem } from '../protocol/problem.ts';
import { checkVersion, isProblem } from '../protocol/requests.ts';
import type { AcknowledgeRequest, ClientIdentity } from '../server/communication-server.ts';
import { withJsonBody } from './body.ts';
import type { Exchange } from './exchange.ts';
import { respondFailure, respondJson, respondProblem, type Service } from './service.ts';

export function serveAcknowledge(service: Service, exchange: Exchange, identity: ClientIdentity): void {
  withJsonBody(service, exchange, service.server.limits.pollBytes, ({ value }) => {
    const request = parseAcknowledge(value);
    if (isProblem(request)) return respondProblem(service, exchange, request);
    const found = service.server.acknowledge(identity, request);
    const respond = (problems: Awaited<typeof found>): void => {
      if (isProblem(problems)) return respondProblem(service, exchange, problems);
      if (problems.size === 0) return exchange.respond({ status: 204, headers: service.headersFor(exchange).empty, body: '' });
      respondJson(service, exchange, 200, {
        applications: Object.fromEntries([...problems].map(([name, error]) => [name, { error }])),
      });
    };
    if ('then' in found) found.then(respond).then(undefined, (failure: unknown) => respondFailure(service, exchange, failure));
    else respond(found);
  });
}

function parseAcknowledge(value: unknown): AcknowledgeRequest | ReturnType<typeof problem> {
  const body =
    typeof value === 'object' && value !== null ? (value as Partial<Record<keyof AcknowledgeRequest | 'v', unknown>>) : {};
  const { v, session, applications } = body;
  const unspoken = checkVersion(v, 'v');
  if (unspoken !== undefined) return unspoken;
  if (typeof session !== 'string') return problem('invalid-field', { field: 'session', detail: 'session must be a string.' });
  if (typeof applications !== 'object' || applications === null || Array.isArray(applications)) {
    return problem('invalid-field', {
      field: 'applications',
      detail: 'applications must be an object of cursors by application.',
    });
  }
  return { session, applications: applications as AcknowledgeRequest['applications'] };
}
