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
export function acknowledge(context: ServerContext, identity: ClientIdentity, request: AcknowledgeRequest): MaybePromise<ReadonlyMap<string, Problem> | Problem> {
  const session = findSession(context, identity, request.session);
  if (session === undefined) return problem('unknown-session');
  session.lastContactMs = context.now();
  const problems = new Map<string, Problem>();
  // Copies: a stream of this session may be reading by the same places.
  const followings: Following[] = [];
  for (const [name, cursor] of Object.entries(request.applications)) {
    const application = session.applications.get(name);
    const places = typeof cursor === 'string' ? parseCursor(cursor) : undefined;
    if (application === undefined) problems.set(name, problem('unknown-application', { detail: 'This session has not polled for it.' }));
    else if (places === undefined) problems.set(name, wrongCursor(`applications.${name}`));
    for (const following of (places && application?.followings) ?? []) {
      const handled = places?.get(following.tag);
      if (handled === undefined) continue;
      const limit = following.epoch === '' || context.buffer.supports.shared ? undefined : { epoch: following.epoch, position: following.sent };
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
export function noteAcknowledged(context: ServerContext, session: Session, followings: readonly Following[], readings: readonly QueueReading[]): void {
  for (const [index, reading] of readings.entries()) {
    const following = followings[index];
    if (following === undefined) continue;
    const { handled } = following;
    // The next reading of the same poll acknowledges nothing anew, and reads on from where this one began.
    following.handled = undefined;
    following.read = { epoch: reading.epoch, position: reading.after };
    following.limit = undefined;
    if (following.epoch !== reading.epoch) {
      following.epoch = reading.epoch;
      following.sent = reading.after;
      following.acknowledged = handled === undefined || reading.reset ? reading.after : 0;
    }
    if (following.sent < reading.after) following.sent = reading.after;
    const to = handled === undefined || reading.reset ? 0 : Math.min(handled.position, following.sent);
    if (to <= following.acknowledged && reading.freed === 0) continue;
    const from = following.acknowledged;
    following.acknowledged = Math.max(from, to);
    // Positions can be holes: what was sent and not acknowledged before is the most that this can be.
    const count = to >= following.sent ? following.outstanding : Math.min(following.acknowledged - from, following.outstanding);
    following.outstanding -= count;
    context.totals.acknowledged += count;
    const entry = context.applications.get(following.application);
    if (entry !== undefined) entry.acknowledged += count;
    if (isHeard(context, 'acknowledged')) tellAcknowledged(context, session, following, from, reading.freed);
  }
}

function tellAcknowledged(context: ServerContext, session: Session, following: Following, from: number, freed: number): void {
  const { address, application, epoch, acknowledged: to } = following;
  const atMs = context.now();
  tell(context, { kind: 'acknowledged', atMs, session: session.id, recipient: session.entry.recipient, address, application, epoch, from, to, freed });
}
