import type { OpenAnswer } from '@pollux/core/server';

/** Bytes that may wait in the stream before its reader counts as slow. */
const highWaterBytes = 262_144;

/** A streamed body: what the servlet writes into, and what the `Response` reads from. */
export function createBodyStream(onCancel: () => void): { readonly answer: OpenAnswer; readonly body: ReadableStream<Uint8Array> } {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isOver = false;
  const body = new ReadableStream<Uint8Array>(
    {
      start(found) {
        controller = found;
      },
      pull() {
        answer.onDrain?.();
      },
      cancel() {
        isOver = true;
        onCancel();
      },
    },
    { highWaterMark: highWaterBytes, size: (chunk) => chunk?.byteLength ?? 0 },
  );
  const answer: OpenAnswer = {
    write(text) {
      if (!isOver) controller?.enqueue(encoder.encode(text));
    },
    end() {
      if (!isOver) controller?.close();
      isOver = true;
    },
    cut() {
      if (!isOver) controller?.error(new Error('The reader did not read.'));
      isOver = true;
    },
    get buffered() {
      return isOver ? 0 : highWaterBytes - (controller?.desiredSize ?? highWaterBytes);
    },
    onDrain: undefined,
  };
  return { answer, body };
}
