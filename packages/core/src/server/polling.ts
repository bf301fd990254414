/**
 * A poll's way through the server: registered, asked of the buffer, answered or held, woken, answered.
 *
 *   arrive -> ask ---------------> answer   something to say, `wait: 0`, or no place to hold it
 *              |  ^                  ^
 *              v  | woken, due       |
 *             held ------------------+      deadline, superseded, disconnected, drain
 *
 * With an in-memory buffer the whole way is synchronous.
 */
import type { MaybePromise, QueueReading } from '../buffer/message-buffer.ts';
import { type Problem, problem } from '../protocol/problem.ts';
import { isProblem } from '../protocol/requests.ts';
import type { PollRequest } from '../protocol/types.ts';
import { readAsked } from './asking.ts';
import { listsOf, saysSomething, type Section } from './answer.ts';
import { answerPoll, endPoll, type PollEnding } from './answering.ts';
import type { ClientIdentity, HeldPoll, PollReply } from './communication-server.ts';
import { type ServerContext, tell } from './context.ts';
import { reportFailed } from './failed.ts';
import type { HeldState } from './held-poll.ts';
import { rankOf } from './packing.ts';
import type { Following, Session } from './session.ts';
import { findSession, joinGroups, leaveUnasked, lifetimeMs, openSession } from './sessions.ts';

/** Seconds advised between polls while there is no place to hold more. */
const crowdedSeconds = 10;

/** Takes a poll in; the reply comes at once or later, exactly once unless the poll is cancelled. */
export function arrive(context: ServerContext, identity: ClientIdentity, request: PollRequest, reply: PollReply): HeldPoll | undefined {
  const nowMs = context.now();
  const count = Object.keys(request.applications).length;
  const { limits, drainSeconds } = context;
  if (drainSeconds !== undefined) return refuse(reply, problem('draining', { retryAfter: Math.ceil(1 + context.random.next() * drainSeconds) }));
  if (count > limits.applicationsPerSession) {
    const detail = `At most ${limits.applicationsPerSession} applications are allowed in one poll.`;
    return refuse(reply, problem('invalid-field', { field: 'applications', detail }));
  }
  if ((identity.groups?.length ?? 0) > limits.groupsPerSession) {
    return refuse(reply, problem('invalid-field', { field: 'groups', detail: `At most ${limits.groupsPerSession} groups are allowed.` }));
  }
  const known = findSession(context, identity, request.session);
  const seq = request.seq ?? (known === undefined ? 0 : known.seq + 1);
  if (known !== undefined && seq < known.seq) return refuse(reply, problem('superseded'));
  const session = known ?? openSession(context, identity, nowMs);
  if (isProblem(session)) return refuse(reply, session);
  const knowsSent = known !== undefined && (!context.buffer.supports.shared || seq <= known.seq + 1);
  supersede(context, session);
  session.seq = seq;
  session.lastContactMs = nowMs;
  session.polls++;
  context.totals.polls++;
  joinGroups(context, session, identity.groups);
  const held = register(context, session, identity, request, reply, knowsSent, known === undefined);
  if (request.failed !== undefined && request.failed.length > 0) {
    const reported = reportFailed(context, session, request.failed);
    if (reported !== undefined) {
      held.isBusy = true;
      reported.then(() => ask(context, held, true), () => unavailable(context, held));
      return held;
    }
  }
  ask(context, held, true);
  return held.isDone ? undefined : held;
}

function refuse(reply: PollReply, found: Problem): undefined {
  reply.answer({ status: found.status as 409, problem: found });
  return undefined;
}

/** The newer poll wins; the older is told so that its client knows. */
function supersede(context: ServerContext, session: Session): void {
  const old = session.held;
  if (old === undefined) return;
  endPoll(context, old, { status: 409, problem: problem('superseded') });
  if (context.listeners.size > 0) tell(context, { kind: 'poll-superseded', atMs: context.now(), session: session.id, recipient: session.entry.recipient });
}

function register(
  context: ServerContext,
  session: Session,
  identity: ClientIdentity,
  request: PollRequest,
  reply: PollReply,
  knowsSent: boolean,
  isOpening: boolean,
): HeldState {
  const { limits, random } = context;
  const nowMs = context.now();
  const asked = readAsked(context, session, identity, request, knowsSent);
  if (session.applications.size > asked.applications.length) leaveUnasked(context, session, nowMs);
  const wait = Math.min(request.wait ?? 0, limits.holdSeconds) * 1000;
  const spread = wait === limits.holdSeconds * 1000 ? random.next() * limits.holdSpreadSeconds * 1000 : 0;
  const deadlineMs = Math.min(nowMs + Math.max(wait - spread, 0), identity.expiresMs ?? Number.POSITIVE_INFINITY);
  const held: HeldState = {
    session,
    reply,
    applications: asked.applications,
    isNew: asked.isNew,
    followings: asked.applications.length === 1 ? (asked.applications[0]?.followings ?? []) : asked.applications.flatMap(({ followings }) => followings),
    errors: asked.errors,
    arrivedMs: nowMs,
    deadlineMs,
    mustAnswer: isOpening || asked.errors.length > 0 || asked.isNew.includes(true),
    isOpening,
    timer: undefined,
    timerMs: 0,
    isHeld: false,
    isBusy: false,
    isWoken: false,
    isDone: false,
    cancel: () => endPoll(context, held, undefined),
  };
  session.held = held;
  session.transport = wait > 0 ? 'long-poll' : 'short-poll';
  if (isOpening && context.listeners.size > 0) {
    const applications = asked.applications.map(({ name }) => name);
    tell(context, { kind: 'session-opened', atMs: nowMs, session: session.id, recipient: session.entry.recipient, applications });
  }
  return held;
}

/** Asks the buffer for all queues of a poll; the first time it acknowledges as well. */
export function ask(context: ServerContext, held: HeldState, isFirst: boolean): void {
  if (held.isDone) return;
  const { session } = held;
  held.isBusy = true;
  held.isWoken = false;
  const keepMs = lifetimeMs(context, session) + Math.max(held.deadlineMs - context.now(), 0);
  let readings: MaybePromise<readonly QueueReading[]>;
  try {
    readings = context.buffer.exchange({ session: session.id, queues: held.followings, maxBytes: context.limits.responseBytes, keepMs });
  } catch {
    unavailable(context, held);
    return;
  }
  if ('then' in readings) readings.then((found) => decide(context, held, found, isFirst), () => unavailable(context, held));
  else decide(context, held, readings, isFirst);
}

function unavailable(context: ServerContext, held: HeldState): void {
  if (held.isDone) return;
  if (context.listeners.size > 0) tell(context, { kind: 'buffer-failed', atMs: context.now(), stage: 'exchange', reason: 'The buffer did not answer.' });
  endPoll(context, held, { status: 503, problem: problem('buffer-unavailable', { retryAfter: 1 }) });
}

/** Answers, or holds on. */
function decide(context: ServerContext, held: HeldState, readings: readonly QueueReading[], isFirst: boolean): void {
  held.isBusy = false;
  if (held.isDone) return;
  if (isFirst) noteAcknowledged(context, held, readings);
  const sections = sectionsOf(held, readings);
  const nowMs = context.now();
  const isOver = nowMs >= held.deadlineMs || context.drainSeconds !== undefined;
  const dueMs = dueAt(held, sections, nowMs);
  if (isOver || held.mustAnswer || dueMs <= nowMs) return answerPoll(context, held, sections, endingOf(context, held));
  if (!held.isHeld && isCrowded(context, held)) return answerPoll(context, held, sections, { advice: { interval: crowdedSeconds } });
  hold(context, held, Math.min(dueMs, held.deadlineMs), nowMs);
  if (held.isWoken) ask(context, held, false);
}

function sectionsOf(held: HeldState, readings: readonly QueueReading[]): Section[] {
  let next = 0;
  return held.applications.map((application, index) => {
    const from = next;
    next += application.followings.length;
    const own = held.applications.length === 1 ? readings : readings.slice(from, next);
    return { application, readings: own, isNew: held.isNew[index] === true };
  });
}

/** The moment at which what is pending ends the hold: now, or when the latency budget of the least patient is spent. */
function dueAt(held: HeldState, sections: readonly Section[], nowMs: number): number {
  let due = Number.POSITIVE_INFINITY;
  for (const section of sections) {
    if (!saysSomething(section)) continue;
    const { maxDelay } = section.application;
    const hasOther = section.readings.some((reading) => reading.reset || reading.losses.length > 0);
    if (maxDelay === undefined || maxDelay === 0 || hasOther || held.mustAnswer) return nowMs;
    const lists = listsOf(section);
    if (rankOf(lists) === highRank) return nowMs;
    for (const list of lists) for (const message of list) due = Math.min(due, message.acceptedMs + maxDelay * 1000);
  }
  return due;
}

const highRank = 3;

function isCrowded(context: ServerContext, held: HeldState): boolean {
  const { heldPolls, heldPollsPerRecipient } = context.limits;
  return context.held >= heldPolls || held.session.entry.held >= heldPollsPerRecipient;
}

function endingOf(context: ServerContext, held: HeldState): PollEnding {
  if (context.drainSeconds !== undefined) return { advice: { drain: context.drainSeconds } };
  if (held.isOpening) return { advice: { mode: 'long-poll', wait: context.limits.holdSeconds } };
  return held.session.interval > 0 ? { advice: { interval: 0 } } : {};
}

/** Holds the poll until something wakes it, or until a moment. */
function hold(context: ServerContext, held: HeldState, untilMs: number, nowMs: number): void {
  if (!held.isHeld) {
    held.isHeld = true;
    context.held++;
    held.session.entry.held++;
    if (context.listeners.size > 0) {
      const applications = held.applications.map(({ name }) => name);
      tell(context, { kind: 'poll-held', atMs: nowMs, session: held.session.id, recipient: held.session.entry.recipient, applications });
    }
  }
  if (held.timer !== undefined && held.timerMs <= untilMs) return;
  held.timer?.clear();
  held.timerMs = untilMs;
  held.timer = context.clock.setTimeout(() => {
    held.timer = undefined;
    ask(context, held, false);
  }, Math.ceil(untilMs - nowMs));
}

/** Counts what the poll's cursors acknowledged, and tells it. */
function noteAcknowledged(context: ServerContext, held: HeldState, readings: readonly QueueReading[]): void {
  for (const [index, reading] of readings.entries()) {
    const following = held.followings[index];
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
    context.totals.acknowledged += reading.freed;
    const entry = context.applications.get(following.application);
    if (entry !== undefined) entry.acknowledged += reading.freed;
    if (context.listeners.size > 0) tellAcknowledged(context, held, following, from, reading.freed);
  }
}

function tellAcknowledged(context: ServerContext, { session }: HeldState, following: Following, from: number, freed: number): void {
  const { address, application, epoch, acknowledged: to } = following;
  const atMs = context.now();
  tell(context, { kind: 'acknowledged', atMs, session: session.id, recipient: session.entry.recipient, address, application, epoch, from, to, freed });
}
