/** A stream's heartbeats, and what they find out about its reader. */
import type { Timer } from '../protocol/environment.ts';
import type { StreamSink } from './communication-server.ts';
import type { ServerContext } from './context.ts';
import type { HeldState } from './held-poll.ts';
import { keepPlaces } from './polling.ts';

/** What is known of a stream at its heartbeats. */
export interface Beating {
  readonly context: ServerContext;
  readonly sink: StreamSink;
  held: HeldState | undefined;
  beat: Timer | undefined;
  lastWriteMs: number;
  isOver: boolean;
  /** Bytes that the reader had yet to take at the last heartbeat, where it was waited for. */
  left: number | undefined;
  /** Its time is over while its reader is waited for. */
  onOverdue(): void;
  /** Its reader took nothing between two heartbeats. */
  onStuck(): void;
}

/** Looks at the stream with each heartbeat from now on; after its end for as long as the reader has yet to take it. */
export function keepBeating(stream: Beating): void {
  stream.beat?.clear();
  stream.beat = stream.context.clock.setTimeout(() => look(stream), untilNextMs(stream));
}

/** The reader is waited for, and nothing more is written before it has taken what there is. */
function isWaitedFor({ sink, isOver }: Beating): boolean {
  return isOver || sink.onDrain !== undefined;
}

function untilNextMs(stream: Beating): number {
  const { context, held, lastWriteMs } = stream;
  const beatMs = context.limits.heartbeatSeconds * 1000;
  const nowMs = context.now();
  if (!isWaitedFor(stream)) return Math.max(1, beatMs - (nowMs - lastWriteMs));
  // A poll that waits for its reader is not held, and nothing else has it end in time.
  return Math.max(1, Math.ceil(Math.min(beatMs, (held?.deadlineMs ?? Number.POSITIVE_INFINITY) - nowMs)));
}

function look(stream: Beating): void {
  const { context, sink, held, isOver } = stream;
  const nowMs = context.now();
  if (isWaitedFor(stream)) {
    const { buffered } = sink;
    if (isOver && buffered === 0) return;
    if (held !== undefined && nowMs >= held.deadlineMs) return stream.onOverdue();
    if (stream.left !== undefined && buffered >= stream.left) return stream.onStuck();
    stream.left = buffered;
    // Its queues are not asked meanwhile, and what it has yet to acknowledge must not be freed.
    if (held !== undefined) keepPlaces(context, held);
  } else if (nowMs - stream.lastWriteMs >= context.limits.heartbeatSeconds * 1000) {
    sink.beat();
    stream.lastWriteMs = nowMs;
  }
  keepBeating(stream);
}
