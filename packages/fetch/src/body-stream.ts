import type { OpenAnswer } from '@pollux/core/server';

/** A body that comes in pieces. */
export interface BodyStream {
  /** What the servlet writes into. */
  readonly answer: OpenAnswer;
  /** What the `Response` reads from. */
  readonly body: ReadableStream<Uint8Array>;
  /** Resolves when nothing more will come. */
  readonly over: Promise<void>;
}

/** Bytes that are handed over at one pull: of a large answer in one piece nothing shows as taken before all of it is. */
const pieceBytes = 16_384;

/**
 * Makes a streamed body. What is written waits as plain bytes until the `Response` pulls: on workerd a write may come
 * from another request, which must not touch this one's stream.
 */
export function createBodyStream(onCancel: () => void): BodyStream {
  const encoder = new TextEncoder();
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let state: 'open' | 'ended' | 'over' = 'open';
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let wake = (): void => undefined;
  let finish = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    finish = resolve;
  });

  const conclude = (): void => {
    state = 'over';
    waiting = [];
    waitingBytes = 0;
    wake();
    finish();
  };

  const flush = (target: ReadableStreamDefaultController<Uint8Array>): void => {
    let count = 0;
    let bytes = 0;
    while (count < waiting.length && bytes < pieceBytes) bytes += waiting[count++]?.byteLength ?? 0;
    for (const piece of waiting.slice(0, count)) target.enqueue(piece);
    waiting = waiting.slice(count);
    waitingBytes -= bytes;
    if (waiting.length > 0) return;
    if (state === 'ended') {
      target.close();
      conclude();
    } else if (state === 'open') answer.onDrain?.();
  };

  const body = new ReadableStream<Uint8Array>(
    {
      start(found) {
        controller = found;
      },
      async pull(found) {
        if (state === 'open' && waiting.length === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        if (state !== 'over') flush(found);
      },
      cancel() {
        conclude();
        onCancel();
      },
    },
    // Nothing is pulled before the connection has taken what came before.
    { highWaterMark: 0 },
  );

  const answer: OpenAnswer = {
    write(text) {
      if (state !== 'open') return;
      const bytes = encoder.encode(text);
      for (let from = 0; from < bytes.byteLength; from += pieceBytes) waiting.push(bytes.subarray(from, from + pieceBytes));
      waitingBytes += bytes.byteLength;
      wake();
    },
    end() {
      if (state !== 'open') return;
      state = 'ended';
      wake();
    },
    cut() {
      if (state === 'over') return;
      controller?.error(new Error('The reader did not read.'));
      conclude();
    },
    get buffered() {
      return waitingBytes;
    },
    onDrain: undefined,
  };
  return { answer, body, over };
}
