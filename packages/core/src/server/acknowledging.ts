/** Acknowledgements: what they count for, and the one that comes without a poll. */
import type { MaybePromise, QueueExchange, QueueReading } from '../buffer/message-buffer.ts';
import { parseCursor } from '../protocol/cursor.ts';
import { type Problem, problem } from '../protocol/problem.ts';
import { wrongCursor } from '../protocol/requests.ts';
import type { AcknowledgeRequest, ClientIdentity } from './communication-server.ts';
import { isHeard, type ServerContext, tell } from './context.ts';
import type { Following, Session } from './session.ts';
import { findSession, lifetimeMs } from './sessions.ts';

/** Acknowledges up to the cursors given, reading nothing. */
export function acknowledge(
  context: ServerContext,
  identity: ClientIdentity,
  request: AcknowledgeRequest,
): MaybePromise<ReadonlyMap<string, Problem> | Problem> {
  const session = findSession(context, identity, request.session);
  if (session === undefined) return problem('unknown-session');
  session.lastContactMs = context.now();
  const problems = new Map<string, Problem>();
  // Copies: a stream of this session may be reading by the same places.
  const followings: Following[] = [];
  for (const [name, cursor] of Object.entries(request.applications)) {
    const application = session.applications.get(name);
    const places = typeof cursor === 'string' ? parseCursor(cursor) : undefined;
    if (application === undefined)
      problems.set(name, problem('unknown-application', { detail: 'This session has not polled for it.' }));
    else if (places === undefined) problems.set(name, wrongCursor(`applications.${name}`));
    for (const following of (places && application?.followings) ?? []) {
      const handled = places?.get(following.tag);
      if (handled === undefined) continue;
      const limit =
        following.epoch === '' || context.buffer.supports.shared
          ? undefined
          : { epoch: following.epoch, position: following.sent };
      followings.push({ ...following, handled, read: handled, limit });
    }
  }
  const queues: readonly QueueExchange[] = followings;
  const readings = context.buffer.exchange({ session: session.id, queues, maxBytes: 0, keepMs: lifetimeMs(context, session) });
  const conclude = (found: readonly QueueReading[]): ReadonlyMap<string, Problem> => {
    noteAcknowledged(context, session, followings, found);
    for (const { address, application, acknowledged, outstanding } of followings) {
      const own = session.applications.get(application)?.followings.find((following) => following.address === address);
      if (own === undefined || own.acknowledged >= acknowledged) continue;
      own.acknowledged = acknowledged;
      own.outstanding = outstanding;
    }
    return problems;
  };
  return 'then' in readings ? readings.then(conclude) : conclude(readings);
}

/** Counts what the poll's cursors acknowledged, and tells it. */
export function noteAcknowledged(
  context: ServerContext,
  session: Session,
  followings: readonly Following[],
  readings: readonly QueueReading[],
): void {
  for (let index = 0; index < readings.length; index++) {
    const reading = readings[index];
    const following = followings[index];
    if (reading === undefined || following === undefined) continue;
    const to = moveOn(following, reading);
    const from = following.acknowledged;
    if (to <= from && reading.freed === 0) continue;
    following.acknowledged = Math.max(from, to);
    count(context, following, from);
    if (isHeard(context, 'acknowledged')) tellAcknowledged(context, session, following, from, reading.freed);
  }
}

/**
 * Takes over what the buffer said, so that the next reading of the same poll acknowledges nothing anew and reads on from
 * where this one began; returns how far this one acknowledged.
 */
function moveOn(following: Following, { epoch, after, reset }: QueueReading): number {
  const handled = reset ? undefined : following.handled;
  following.handled = undefined;
  if (following.read?.epoch !== epoch || following.read.position !== after) following.read = { epoch, position: after };
  following.limit = undefined;
  if (following.epoch !== epoch) {
    beginAnew(following, epoch, after);
    if (handled !== undefined) following.acknowledged = 0;
  }
  if (following.sent < after) following.sent = after;
  return handled === undefined ? 0 : Math.min(handled.position, following.sent);
}

/** Nothing that was sent or acknowledged in another life of a queue counts in this one. */
export function beginAnew(following: Following, epoch: string, after: number): void {
  following.epoch = epoch;
  following.sent = after;
  following.covered = after;
  following.part = '';
  following.acknowledged = after;
  following.outstanding = 0;
}

/** Positions can be holes: what was sent and not acknowledged before is the most that an acknowledgement can be. */
function count(context: ServerContext, following: Following, from: number): void {
  const { acknowledged, sent, outstanding } = following;
  const messages = acknowledged >= sent ? outstanding : Math.min(acknowledged - from, outstanding);
  following.outstanding -= messages;
  context.totals.acknowledged += messages;
  const entry = context.applications.get(following.application);
  if (entry !== undefined) entry.acknowledged += messages;
}

function tellAcknowledged(context: ServerContext, session: Session, following: Following, from: number, freed: number): void {
  const { address, application, epoch, acknowledged: to } = following;
  const atMs = context.now();
  tell(context, {
    kind: 'acknowledged',
    atMs,
    session: session.id,
    recipient: session.entry.recipient,
    address,
    application,
    epoch,
    from,
    to,
    freed,
  });
}
