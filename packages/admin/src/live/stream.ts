import { TRPCError, type TrackedEnvelope, tracked } from '@trpc/server';
import type { LiveFrame, LiveInput, Tick } from '../contract/feed.ts';
import type { Journal } from '../journal/journal.ts';
import { createMatcher } from './filter.ts';
import { createSubscriber, type Subscriber } from './subscriber.ts';

/** One frame gathers the events of this many milliseconds. */
const gatherMs = 100;
const tickEvery = 1000;

export interface StreamOptions {
  readonly journal: Journal;
  readonly input: LiveInput;
  readonly tick: () => Promise<Tick>;
  /** Ends the stream: the client has gone, or the server closes. */
  readonly signal: AbortSignal;
  /** Whether the subscriber may still listen. */
  readonly allowed: () => boolean;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}

function gather(subscriber: Subscriber, wanted: boolean): Pick<LiveFrame, 'rows' | 'skipped'> {
  const { rows, skipped } = subscriber.take();
  if (!wanted) return {};
  return { ...(rows.length > 0 ? { rows } : {}), ...(skipped > 0 ? { skipped } : {}) };
}

/** A buffer that does not answer now makes a frame without counters, not the end of the stream. */
async function countersOf(tick: () => Promise<Tick>): Promise<Pick<LiveFrame, 'tick'>> {
  try {
    return { tick: await tick() };
  } catch {
    return {};
  }
}

/** Frames for one subscriber until its signal aborts or it may no longer listen. */
export async function* streamFrames(options: StreamOptions): AsyncGenerator<TrackedEnvelope<LiveFrame>, void, unknown> {
  const { journal, input, signal } = options;
  const wanted = input.rows ?? true;
  const matches = createMatcher(input.filter);
  const subscriber = createSubscriber({
    journal,
    matches,
    lastEventId: input.lastEventId ?? undefined,
    backlog: wanted ? (input.backlog ?? 200) : 0,
  });
  const first = { ...gather(subscriber, wanted), ...(await countersOf(options.tick)) };
  yield tracked(subscriber.position, subscriber.resumed ? first : { ...first, fresh: true as const });

  let nextTick = Date.now() + tickEvery;
  while (!signal.aborted) {
    await pause(gatherMs, signal);
    if (signal.aborted) return;
    if (!options.allowed()) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'The session has ended. Sign in again.' });
    const frame: LiveFrame = gather(subscriber, wanted);
    const due = Date.now() >= nextTick;
    if (due) nextTick = Date.now() + tickEvery;
    if (due) yield tracked(subscriber.position, { ...frame, ...(await countersOf(options.tick)) });
    else if (frame.rows || frame.skipped) yield tracked(subscriber.position, frame);
  }
}
