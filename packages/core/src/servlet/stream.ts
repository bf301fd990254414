/** Streams: `GET {base}/stream` for a browser's `EventSource`, `POST {base}/poll` with its `Accept` for other readers. */
import { partLength } from '../protocol/cursor.ts';
import { problem } from '../protocol/problem.ts';
import { isProblem, parsePollRequest } from '../protocol/requests.ts';
import type { PollRequest } from '../protocol/types.ts';
import type { ClientIdentity, StreamSink } from '../server/communication-server.ts';
import { withJsonBody } from './body.ts';
import type { Exchange, OpenAnswer } from './exchange.ts';
import { checkForgery } from './forgery.ts';
import { browserFraming, eventIdLength, type Framing, parseEventId } from './framing.ts';
import { readQuery } from './query.ts';
import { respondFailure, respondProblem, type Service } from './service.ts';

export function serveEventSource(service: Service, exchange: Exchange): void {
  const query = readQuery(exchange.target);
  const ticket = query.get('ticket')?.[0];
  if (query.has('token') || query.has('access_token') || query.has('authorization')) {
    return respondProblem(
      service,
      exchange,
      problem('invalid-field', { field: 'query', detail: 'Tokens never stand in addresses: ask for a ticket.' }),
    );
  }
  const forged = ticket === undefined ? checkForgery(exchange, service.origins) : undefined;
  if (forged !== undefined) return respondProblem(service, exchange, forged);
  const found = ticket === undefined ? service.authenticate(exchange) : service.tickets.redeem(ticket);
  const use = (identity: ClientIdentity | undefined): void => {
    if (identity === undefined) return respondProblem(service, exchange, problem('unauthenticated'));
    const request = readStreamRequest(exchange, query.get('app') ?? [], identity);
    if (isProblem(request)) return respondProblem(service, exchange, request);
    begin(service, exchange, identity, request, { framing: browserFraming, isAnonymous: true });
  };
  if (found !== undefined && 'then' in found)
    found.then(use).then(undefined, (failure: unknown) => respondFailure(service, exchange, failure));
  else use(found);
}

function readStreamRequest(
  exchange: Exchange,
  names: readonly string[],
  identity: ClientIdentity,
): PollRequest | ReturnType<typeof problem> {
  if (names.length === 0)
    return problem('invalid-field', { field: 'app', detail: 'Name at least one application: ?app=crm&app=mail.' });
  const perApplication = partLength * (2 + (identity.groups?.length ?? 0));
  if (names.reduce((sum, name) => sum + name.length + 2 + perApplication, 0) > eventIdLength) {
    const detail = 'So many applications and groups do not fit into an event id: use POST /poll with Accept: text/event-stream.';
    return problem('invalid-field', { field: 'app', detail });
  }
  const cursors = parseEventId(exchange.header('last-event-id') ?? '');
  if (cursors === undefined)
    return problem('invalid-cursor', {
      field: 'last-event-id',
      detail: 'last-event-id must be the id of an event from an earlier stream.',
    });
  return { applications: Object.fromEntries(names.map((name) => [name, { cursor: cursors.get(name) ?? null }])) };
}

/** Goes on with a poll's body as a stream. */
export function servePostedStream(service: Service, exchange: Exchange, identity: ClientIdentity, framing: Framing): void {
  withJsonBody(service, exchange, service.server.limits.pollBytes, ({ value }) => {
    const request = parsePollRequest(value);
    if (isProblem(request)) return respondProblem(service, exchange, request);
    begin(service, exchange, identity, request, { framing, isAnonymous: false });
  });
}

interface StreamKind {
  readonly framing: Framing;
  /** Its reader cannot name the session when it comes back. */
  readonly isAnonymous: boolean;
}

function begin(
  service: Service,
  exchange: Exchange,
  identity: ClientIdentity,
  request: PollRequest,
  { framing, isAnonymous }: StreamKind,
): void {
  const held = service.server.stream(identity, request, createSink(service, exchange, framing), { isAnonymous });
  if (held !== undefined) exchange.held = held;
}

function createSink(service: Service, exchange: Exchange, framing: Framing): StreamSink {
  let body: OpenAnswer | undefined;
  const sink: StreamSink = {
    open() {
      const headers = ['content-type', framing.contentType, ...service.headersFor(exchange).empty, 'x-accel-buffering', 'no'];
      body = exchange.open({ status: 200, headers });
      body.onDrain = () => sink.onDrain?.();
      body.write(framing.opening);
    },
    refuse: (found) => respondProblem(service, exchange, found),
    answer: (id, json) => body?.write(framing.answer(id, json)),
    beat: () => body?.write(framing.beat),
    end(id, how) {
      exchange.held = undefined;
      body?.write(framing.end(id, how));
      body?.end();
    },
    cut() {
      exchange.held = undefined;
      body?.cut();
    },
    get buffered() {
      return body?.buffered ?? 0;
    },
    onDrain: undefined,
  };
  return sink;
}
