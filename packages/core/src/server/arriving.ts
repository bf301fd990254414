/** A poll's arrival: its session found or opened, an older poll of it superseded, what it asks for read. */
import { type Problem, problem } from '../protocol/problem.ts';
import { isProblem } from '../protocol/requests.ts';
import type { PollRequest } from '../protocol/types.ts';
import { cancel, endPoll } from './answering.ts';
import { readAsked } from './asking.ts';
import type { ClientIdentity } from './communication-server.ts';
import { isHeard, type ServerContext, tell } from './context.ts';
import { deadlineOf } from './deadlines.ts';
import { reportFailed } from './failed.ts';
import type { HeldState, InternalReply } from './held-poll.ts';
import { ask, unavailable } from './polling.ts';
import type { Following, Session, SessionApplication } from './session.ts';
import { findSession, joinGroups, leaveUnasked, openSession, tellOpened } from './sessions.ts';

/** How a poll arrives that is not a plain one at its recipient's only server. */
interface Arriving {
  /** It begins a stream of at most this many seconds. */
  readonly streamSeconds?: number;
  /** When its credential ends, where that is known already. */
  readonly expiresMs?: number;
  /** How many sessions its recipient has at other servers. */
  readonly elsewhere?: number;
}

const plainly: Arriving = {};

/**
 * When a credential ends by the server's own clock. That one began with the machine's, which may have been set, or have slept,
 * since: what it said then would have a credential end long before or after its time.
 */
export function endOf({ clock, now }: ServerContext, { expiresMs }: ClientIdentity): number {
  return expiresMs === undefined ? Number.POSITIVE_INFINITY : now() + expiresMs - clock.now();
}

/** Takes a poll in; the reply comes at once or later, exactly once unless the poll is cancelled. */
export function arrive(
  context: ServerContext,
  identity: ClientIdentity,
  request: PollRequest,
  reply: InternalReply,
  { streamSeconds, expiresMs, elsewhere = 0 }: Arriving = plainly,
): HeldState | undefined {
  const nowMs = context.now();
  const names = Object.keys(request.applications);
  const { limits, drainSeconds } = context;
  if (drainSeconds !== undefined)
    return refuse(reply, problem('draining', { retryAfter: Math.ceil(1 + context.random.next() * drainSeconds) }));
  if ((identity.groups?.length ?? 0) > limits.groupsPerSession) {
    return refuse(
      reply,
      problem('invalid-field', { field: 'groups', detail: `At most ${limits.groupsPerSession} groups are allowed.` }),
    );
  }
  const known = findSession(context, identity, request.session);
  const seq = request.seq ?? (known === undefined ? 0 : known.seq + 1);
  if (known !== undefined && seq < known.seq) return refuse(reply, problem('superseded'));
  const session = known ?? openSession(context, identity, nowMs, { elsewhere });
  if (isProblem(session)) return refuse(reply, session);
  // Where another server may have answered in between, the number says whether one has.
  const isNext = request.seq !== undefined && known !== undefined && seq <= known.seq + 1;
  const knowsSent = known !== undefined && (isNext || !context.buffer.supports.shared);
  supersede(context, session);
  session.seq = seq;
  session.lastContactMs = nowMs;
  session.polls++;
  context.totals.polls++;
  joinGroups(context, session, identity.groups);
  const isOpening = known === undefined;
  const held = register(context, {
    session,
    identity,
    request,
    names,
    reply,
    knowsSent,
    isOpening,
    streamSeconds,
    expiresMs,
    nowMs,
  });
  if (request.failed !== undefined && request.failed.length > 0) {
    const reported = reportFailed(context, session, request.failed);
    if (reported !== undefined) return askLater(context, held, reported);
  }
  ask(context, held, true, nowMs);
  return held.isDone ? undefined : held;
}

/** Apart from `arrive`: what its closures hold would otherwise be put together for every poll. */
function askLater(context: ServerContext, held: HeldState, reported: PromiseLike<unknown>): HeldState {
  held.isBusy = true;
  reported.then(
    () => ask(context, held, true, context.now()),
    () => unavailable(context, held),
  );
  return held;
}

function refuse(reply: InternalReply, found: Problem): undefined {
  reply.answer({ status: found.status as 409, problem: found });
  return undefined;
}

/** The newer poll wins; the older is told so that its client knows. */
function supersede(context: ServerContext, session: Session): void {
  const old = session.held;
  if (old === undefined) return;
  endPoll(context, old, { status: 409, problem: problem('superseded') });
  if (isHeard(context, 'poll-superseded'))
    tell(context, { kind: 'poll-superseded', atMs: context.now(), session: session.id, recipient: session.entry.recipient });
}

interface Arrival {
  readonly session: Session;
  readonly identity: ClientIdentity;
  readonly request: PollRequest;
  /** The applications that it asks for. */
  readonly names: readonly string[];
  readonly reply: InternalReply;
  readonly knowsSent: boolean;
  readonly isOpening: boolean;
  /** The poll begins a stream of at most this many seconds. */
  readonly streamSeconds: number | undefined;
  readonly expiresMs: number | undefined;
  readonly nowMs: number;
}

function register(context: ServerContext, arrival: Arrival): HeldState {
  const { session, identity, request, reply, isOpening, streamSeconds, nowMs } = arrival;
  const { expiresMs = endOf(context, identity) } = arrival;
  const asked = readAsked(context, arrival);
  // What was answered before says nothing of where this stream reads: another server may have answered since.
  if (streamSeconds !== undefined) for (const application of asked.applications) application.cursor = undefined;
  if (session.applications.size > asked.applications.length) leaveUnasked(context, session, nowMs);
  const waitSeconds = streamSeconds ?? grantedSeconds(context, request.wait ?? 0);
  const deadlineMs = Math.min(deadlineOf(nowMs, waitSeconds * 1000), expiresMs);
  const held: HeldState = {
    context,
    session,
    reply,
    applications: asked.applications,
    isNew: asked.isNew,
    followings: followingsOf(asked.applications),
    errors: asked.errors,
    arrivedMs: nowMs,
    deadlineMs,
    mustAnswer: isOpening || asked.errors.length > 0 || asked.isNew.includes(true),
    isOpening,
    ending: undefined,
    before: undefined,
    after: undefined,
    timer: undefined,
    timerMs: 0,
    isHeld: false,
    isBusy: false,
    isWoken: false,
    wokenBy: undefined,
    quiet: undefined,
    keptMs: 0,
    isDone: false,
    cancel,
  };
  session.held = held;
  session.transport = streamSeconds !== undefined ? 'stream' : waitSeconds > 0 ? 'long-poll' : 'short-poll';
  if (isOpening && isHeard(context, 'session-opened')) {
    const applications = asked.applications.map(({ name }) => name);
    tellOpened(context, session, applications, nowMs);
  }
  return held;
}

function followingsOf(applications: readonly SessionApplication[]): readonly Following[] {
  const [only] = applications;
  return only !== undefined && applications.length === 1 ? only.followings : applications.flatMap(({ followings }) => followings);
}

/** Runtimes keep a list of timers for each delay: a few delays make few lists, thousands make a list for each poll. */
const spreadSteps = 20;

/** The wait that is granted: at most the hold, and then less a random part, so that polls do not end together. */
function grantedSeconds({ limits, random }: ServerContext, wait: number): number {
  return wait < limits.holdSeconds
    ? wait
    : limits.holdSeconds - (Math.floor(random.next() * spreadSteps) / spreadSteps) * limits.holdSpreadSeconds;
}
