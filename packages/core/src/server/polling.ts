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
import type { MaybePromise, MessageBuffer, QueueReading, QuietQueue } from '../buffer/message-buffer.ts';
import { problem } from '../protocol/problem.ts';
import { noteAcknowledged } from './acknowledging.ts';
import { answerPoll, endPoll, type PollEnding } from './answering.ts';
import { isHeard, type ServerContext, tell } from './context.ts';
import type { HeldState } from './held-poll.ts';
import { areQuiet, dueAt, sectionsOf } from './readings.ts';
import type { Following } from './session.ts';
import { lifetimeMs } from './sessions.ts';

/** Seconds advised between polls while there is no place to hold more. */
const crowdedSeconds = 10;

/**
 * Asks for what woke a poll. A buffer that others share is asked for those queues alone, where all were quiet before:
 * a message for everyone does not have each recipient's queue asked for, too. The poll's timer has all asked again.
 */
export function askWoken(context: ServerContext, held: HeldState, nowMs: number): void {
  ask(context, held, false, nowMs, held.quiet && held.wokenBy);
}

/** Asks the buffer for all queues of a poll, or for those that are `calling`; the first time it acknowledges as well. */
export function ask(context: ServerContext, held: HeldState, isFirst: boolean, nowMs: number, calling?: readonly number[]): void {
  if (held.isDone) return;
  const { session, quiet } = held;
  held.isBusy = true;
  held.isWoken = false;
  held.wokenBy = undefined;
  const keepMs = keptFor(context, held, nowMs);
  if (calling === undefined && context.buffer.supports.shared)
    held.keptMs = nowMs + Math.min(keepMs, context.limits.stubSeconds * 1000) / 2;
  let readings: MaybePromise<readonly QueueReading[]>;
  try {
    readings = context.buffer.exchange({
      session: session.id,
      queues: calling === undefined ? held.followings : calling.map((index) => held.followings[index] as Following),
      maxBytes: context.limits.responseBytes,
      keepMs,
    });
  } catch {
    unavailable(context, held);
    return;
  }
  if (calling !== undefined) decideWithRest(context, held, readings, calling, quiet ?? []);
  else if ('then' in readings) decideLater(context, held, readings, isFirst);
  else decide(context, held, readings, isFirst, nowMs);
}

/** Milliseconds for which the places of a poll are kept: for as long as it may be held, and its session's life after that. */
function keptFor(context: ServerContext, held: HeldState, nowMs: number): number {
  const { heartbeatSeconds } = context.limits;
  const holdMs = Math.max(held.deadlineMs - nowMs, 0);
  const isStream = held.session.transport === 'stream';
  return lifetimeMs(context, held.session) + (isStream ? Math.min(holdMs, heartbeatSeconds * 1000) : holdMs);
}

/** Keeps the places of a poll whose queues are not asked for as yet; where that fails, they end by themselves. */
export function keepPlaces(context: ServerContext, held: HeldState): void {
  const keepMs = keptFor(context, held, context.now());
  const keep = async () =>
    await context.buffer.exchange({ session: held.session.id, queues: held.followings, maxBytes: 0, keepMs });
  keep().then(undefined, () => undefined);
}

/**
 * Asks again for a poll that nothing woke. A buffer that can tells whether anything came, for less than another exchange:
 * most of what a held poll costs over a network is this.
 */
export function askAgain(context: ServerContext, held: HeldState, nowMs: number): void {
  const { buffer } = context;
  const { quiet, followings } = held;
  if (held.isDone || held.isBusy) return;
  if (buffer.look === undefined || quiet === undefined || nowMs >= held.keptMs) return ask(context, held, false, nowMs);
  const queues = quiet.map(({ epoch, last }, index) => {
    const { application, address } = followings[index] as Following;
    return { application, address, epoch, last };
  });
  lookAt(buffer, queues, keptFor(context, held, nowMs)).then(
    (isOther) => {
      // What came meanwhile is asked for, or was.
      if (held.isDone || held.isBusy || held.isWoken || held.quiet !== quiet) return;
      if (isOther || context.drainSeconds !== undefined || held.session.interval > 0) ask(context, held, false, context.now());
      else goOn(context, held, context.now());
    },
    () => unavailable(context, held),
  );
}

/** What it throws at once is a rejection as well. */
async function lookAt(buffer: MessageBuffer, queues: readonly QuietQueue[], keepMs: number): Promise<boolean> {
  return (await buffer.look?.(queues, keepMs)) ?? true;
}

/** Apart from `ask`: what its closures hold would otherwise be put together for every poll. */
function decideLater(
  context: ServerContext,
  held: HeldState,
  readings: PromiseLike<readonly QueueReading[]>,
  isFirst: boolean,
): void {
  readings.then(
    (found) => decide(context, held, found, isFirst, context.now()),
    () => unavailable(context, held),
  );
}

/** Decides by what those that called hold, and by the others' quiet. */
function decideWithRest(
  context: ServerContext,
  held: HeldState,
  readings: MaybePromise<readonly QueueReading[]>,
  calling: readonly number[],
  quiet: readonly QueueReading[],
): void {
  const all = Promise.resolve(readings).then((found) => {
    const merged = [...quiet];
    for (const [place, index] of calling.entries()) merged[index] = found[place] as QueueReading;
    return merged;
  });
  decideLater(context, held, all, false);
}

/** Ends a poll whose buffer did not answer. */
export function unavailable(context: ServerContext, held: HeldState): void {
  if (held.isDone) return;
  if (isHeard(context, 'buffer-failed'))
    tell(context, { kind: 'buffer-failed', atMs: context.now(), stage: 'exchange', reason: 'The buffer did not answer.' });
  endPoll(context, held, { status: 503, problem: problem('buffer-unavailable', { retryAfter: 1 }) });
}

/** Answers, or holds on. */
function decide(
  context: ServerContext,
  held: HeldState,
  readings: readonly QueueReading[],
  isFirst: boolean,
  nowMs: number,
): void {
  held.isBusy = false;
  if (held.isDone) return;
  if (isFirst) noteAcknowledged(context, held.session, held.followings, readings);
  const isQuiet = areQuiet(readings);
  held.quiet = isQuiet && context.buffer.supports.shared ? readings : undefined;
  if (isQuiet && !held.mustAnswer && context.drainSeconds === undefined && held.session.interval === 0)
    return goOn(context, held, nowMs);
  const sections = sectionsOf(held, readings);
  const isOver = nowMs >= held.deadlineMs || context.drainSeconds !== undefined;
  const dueMs = dueAt(held, sections, nowMs);
  if (isOver || held.mustAnswer || dueMs <= nowMs) return answerPoll(context, held, sections, endingOf(context, held));
  if (!held.isHeld && isCrowded(context, held))
    return answerPoll(context, held, sections, { advice: { interval: crowdedSeconds } });
  hold(context, held, Math.min(dueMs, held.deadlineMs, nowMs + againMs(context, held)), nowMs);
  if (held.isWoken) askWoken(context, held, nowMs);
}

function goOn(context: ServerContext, held: HeldState, nowMs: number): void {
  if (nowMs >= held.deadlineMs) {
    context.totals.emptyPolls++;
    return endPoll(context, held, { status: 204 });
  }
  if (!held.isHeld && isCrowded(context, held))
    return answerPoll(context, held, sectionsOf(held, []), { advice: { interval: crowdedSeconds } });
  hold(context, held, Math.min(held.deadlineMs, nowMs + againMs(context, held)), nowMs);
  if (held.isWoken) askWoken(context, held, nowMs);
}

function isCrowded(context: ServerContext, held: HeldState): boolean {
  const { heldPolls, heldPollsPerRecipient } = context.limits;
  return context.held >= heldPolls || held.session.entry.held >= heldPollsPerRecipient;
}

function endingOf(context: ServerContext, held: HeldState): PollEnding {
  if (context.drainSeconds !== undefined) return { advice: { drain: context.drainSeconds } };
  if (held.isOpening) {
    const { holdSeconds: wait, hiddenSeconds: hidden } = context.limits;
    return { advice: { mode: 'long-poll', wait, ...(hidden > 0 && { hidden }) } };
  }
  const { session } = held;
  if (session.interval === 0 && !session.isAdopted) return {};
  session.isAdopted = false;
  return { advice: { interval: 0 } };
}

/**
 * Milliseconds after which the buffer is asked again although nothing woke the poll: a shared buffer's wake-up may be
 * lost, and a stream's places are kept only for as long as it shows that it lives.
 */
function againMs(context: ServerContext, { session }: HeldState): number {
  if (context.buffer.supports.shared) return sharedAgainMs;
  return session.transport === 'stream' ? context.limits.heartbeatSeconds * 1000 : Number.POSITIVE_INFINITY;
}

const sharedAgainMs = 5000;

/** Holds the poll until something wakes it, or until a moment. */
function hold(context: ServerContext, held: HeldState, untilMs: number, nowMs: number): void {
  if (!held.isHeld) {
    held.isHeld = true;
    context.held++;
    held.session.entry.held++;
    if (isHeard(context, 'poll-held')) tellHeld(context, held, nowMs);
  }
  if (untilMs >= held.deadlineMs) return context.deadlines.add(held, nowMs);
  if (held.timer !== undefined && held.timerMs <= untilMs) return;
  held.timer?.clear();
  held.timerMs = untilMs;
  held.timer = context.clock.setTimeout(
    () => {
      held.timer = undefined;
      askAgain(context, held, context.now());
    },
    Math.ceil(untilMs - nowMs),
  );
}

function tellHeld(context: ServerContext, { session, applications }: HeldState, nowMs: number): void {
  tell(context, {
    kind: 'poll-held',
    atMs: nowMs,
    session: session.id,
    recipient: session.entry.recipient,
    applications: applications.map(({ name }) => name),
  });
}
