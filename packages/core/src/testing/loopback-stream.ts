/** The loopback peer's side of an answer whose body comes in pieces. */
import type { OpenAnswer } from '../servlet/exchange.ts';

export interface LoopbackStream {
  readonly answer: OpenAnswer;
  readonly body: ReadableStream<Uint8Array>;
  /** The client has gone. */
  drop(reason: unknown): void;
}

/**
 * Makes both ends of a streamed body. What was written and not read counts as buffered, as in a connection whose other
 * end does not read.
 * @param onGone called once when the reader cancels
 */
export function createLoopbackStream(onGone: () => void): LoopbackStream {
  const encoder = new TextEncoder();
  const unread: Uint8Array[] = [];
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isEnded = false;

  const buffered = (): number => unread.reduce((sum, piece) => sum + piece.byteLength, 0);

  /** Hands over one piece for each that the reader asks for. */
  const hand = (): void => {
    while (unread.length > 0 && (controller?.desiredSize ?? 0) > 0) controller?.enqueue(unread.shift() ?? new Uint8Array());
    if (unread.length > 0) return;
    if (isEnded) {
      controller?.close();
      controller = undefined;
    } else answer.onDrain?.();
  };

  const answer: OpenAnswer = {
    write(text) {
      if (isEnded || controller === undefined) return;
      unread.push(encoder.encode(text));
      hand();
    },
    end() {
      if (isEnded) return;
      isEnded = true;
      hand();
    },
    cut() {
      isEnded = true;
      controller?.error(new TypeError('the connection was cut'));
      controller = undefined;
    },
    get buffered() {
      return buffered();
    },
    onDrain: undefined,
  };

  const body = new ReadableStream<Uint8Array>(
    {
      start(made) {
        controller = made;
      },
      pull: hand,
      cancel() {
        isEnded = true;
        controller = undefined;
        onGone();
      },
    },
    { highWaterMark: 1 },
  );

  return {
    answer,
    body,
    drop(reason) {
      isEnded = true;
      controller?.error(reason);
      controller = undefined;
    },
  };
}
