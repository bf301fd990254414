/**
 * A stream: one session's polls answered one after another on one connection. It reads on by itself; only the client
 * acknowledges, by `POST {base}/ack` or with its next connect.
 *
 *   open -> answer -> wait for more -> answer ... -> end    age, drain, superseded, disconnected, credential over
 *              |          ^
 *              v          | the reader took it
 *            paused ------+--> end, cut                     its time is over; it took nothing between two heartbeats
 */
import { cursorPart, parseCursor } from '../protocol/cursor.ts';
import type { PollRequest } from '../protocol/types.ts';
import { endPoll } from './answering.ts';
import { arrive, endOf } from './arriving.ts';
import type { ClientIdentity, HeldPoll, PollOutcome, StreamEnd, StreamSink } from './communication-server.ts';
import type { ServerContext } from './context.ts';
import { type Beating, keepBeating } from './heartbeats.ts';
import type { HeldState, InternalReply } from './held-poll.ts';
import { ask } from './polling.ts';
import type { Session, SessionApplication } from './session.ts';
import { closeSession } from './sessions.ts';

/** A reader with this many bytes still to take gets nothing new until it has taken them. */
const pauseBytes = 262_144;

/** Part of a stream's age that is random, so that streams begun together do not end together. */
const ageSpread = 0.2;

interface StreamState extends Beating {
  /** Received up to, by application: what the next event's id says. */
  readonly cursors: Map<string, string>;
  readonly expiresMs: number;
  /** Nobody can name its session again: it ends with the stream. */
  readonly isAnonymous: boolean;
  session: Session | undefined;
  isOpen: boolean;
}

interface StreamOpening {
  readonly isAnonymous: boolean;
  /** How many sessions its recipient has at other servers. */
  readonly elsewhere: number;
}

/** Opens a stream, or refuses it at once with the problem that stands against it. */
export function openStream(
  context: ServerContext,
  identity: ClientIdentity,
  request: PollRequest,
  sink: StreamSink,
  { isAnonymous, elsewhere }: StreamOpening,
): HeldPoll | undefined {
  const { limits, random } = context;
  const state: StreamState = {
    context,
    sink,
    cursors: new Map(),
    expiresMs: endOf(context, identity),
    isAnonymous,
    session: undefined,
    held: undefined,
    beat: undefined,
    lastWriteMs: context.now(),
    isOpen: false,
    isOver: false,
    left: undefined,
    onOverdue: () => end(state, { reason: isExpired(state) ? 'expired' : 'age' }),
    onStuck() {
      stop(state);
      sink.cut();
    },
  };
  for (const [name, asked] of Object.entries(request.applications)) {
    const place = asked?.read ?? asked?.cursor;
    // Ids are made of nothing else but what a server gave out: a line break in one would end it.
    if (typeof place === 'string' && context.applications.has(name) && parseCursor(place) !== undefined)
      state.cursors.set(name, place);
  }
  const seconds = limits.streamSeconds * (1 + (random.next() * 2 - 1) * ageSpread);
  const reply: InternalReply = { answer: (outcome, answered) => answer(state, outcome, answered) };
  const held = arrive(context, identity, request, reply, { streamSeconds: seconds, expiresMs: state.expiresMs, elsewhere });
  if (state.isOver) return undefined;
  state.held ??= held;
  state.session ??= held?.session;
  open(state);
  return { cancel: () => stop(state) };
}

function open(state: StreamState): void {
  if (state.isOpen) return;
  state.isOpen = true;
  state.sink.open();
  keepBeating(state);
}

function answer(state: StreamState, outcome: PollOutcome, answered: HeldState | undefined): void {
  if (state.isOver) return;
  state.held = undefined;
  state.session ??= answered?.session;
  switch (outcome.status) {
    case 200:
      open(state);
      write(state, outcome.json, answered);
      if (outcome.retryAfter !== undefined) end(state, { reason: 'crowded' });
      else if (answered !== undefined && !state.isOver) goOn(state, answered);
      return;
    case 204:
      open(state);
      return end(state, { reason: isExpired(state) ? 'expired' : 'age' });
    default:
      if (state.isOpen) return end(state, { reason: endings[outcome.problem.code] ?? 'failed', problem: outcome.problem });
      state.isOver = true;
      state.sink.refuse(outcome.problem);
  }
}

const endings: Readonly<Partial<Record<string, StreamEnd['reason']>>> = {
  superseded: 'superseded',
  unauthenticated: 'disconnected',
  draining: 'drain',
};

function isExpired({ context, expiresMs }: StreamState): boolean {
  return context.now() >= expiresMs;
}

/**
 * An event's id tells what precedes it: a reader that falls over while handling the event gets it again. Before the
 * first one that is where reading began, so that a broadcast between two connects is not missed.
 */
function write(state: StreamState, json: string, answered: HeldState | undefined): void {
  const { sink, cursors, context } = state;
  for (const application of answered?.applications ?? [])
    if (!cursors.has(application.name)) cursors.set(application.name, beginningOf(application));
  sink.answer(idOf(cursors), json);
  state.lastWriteMs = context.now();
  for (const { name, cursor } of answered?.applications ?? []) if (cursor !== undefined) cursors.set(name, cursor);
}

/** The cursor of where the answer at hand began to read. */
function beginningOf({ followings }: SessionApplication): string {
  return followings.map(({ tag, epoch, read }) => cursorPart(tag, epoch, read?.position ?? 0)).join('.');
}

/** The combined cursor: `application:cursor` joined by semicolons. */
function idOf(cursors: ReadonlyMap<string, string>): string {
  return [...cursors].map(([name, cursor]) => `${name}:${cursor}`).join(';');
}

/** Puts the next poll in the place of the one that was answered. */
function goOn(state: StreamState, answered: HeldState): void {
  const { context, sink } = state;
  const { session, applications, deadlineMs } = answered;
  if (context.drainSeconds !== undefined) return end(state, { reason: 'drain', drainSeconds: context.drainSeconds });
  if (context.now() >= deadlineMs) return end(state, { reason: isExpired(state) ? 'expired' : 'age' });
  if (session.isClosed) return end(state, { reason: 'disconnected' });
  for (const { cursor, followings } of applications) {
    // Of one that no event told of yet, reading goes on where it began.
    if (cursor === undefined) continue;
    for (const following of followings) following.read = { epoch: following.epoch, position: following.covered };
  }
  const next: HeldState = {
    ...answered,
    isNew: [],
    errors: [],
    mustAnswer: false,
    isOpening: false,
    arrivedMs: context.now(),
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
  };
  session.polls++;
  session.held = next;
  state.held = next;
  if (sink.buffered < pauseBytes) return ask(context, next, false, context.now());
  // Busy keeps publishes from asking the buffer for a reader that has no room.
  next.isBusy = true;
  state.left = undefined;
  sink.onDrain = () => {
    sink.onDrain = undefined;
    // What came meanwhile is not for one whose credential is over.
    if (context.now() >= deadlineMs) state.onOverdue();
    else ask(context, next, false, context.now());
  };
  keepBeating(state);
}

function end(state: StreamState, how: StreamEnd): void {
  // Whoever superseded it knows its session's name and goes on with it.
  stop(state, how.reason === 'superseded');
  state.sink.end(idOf(state.cursors), how);
  state.left = undefined;
  if (state.sink.buffered > 0) keepBeating(state);
}

function stop(state: StreamState, isTaken = false): void {
  state.isOver = true;
  state.beat?.clear();
  state.sink.onDrain = undefined;
  const { held } = state;
  state.held = undefined;
  if (held !== undefined) endPoll(state.context, held, undefined);
  // Its places are in the ids that the reader comes back with; a session for each connect would soon be too many.
  if (state.isAnonymous && !isTaken && state.session !== undefined) closeSession(state.context, state.session, 'goodbye');
}
