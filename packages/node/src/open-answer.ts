import type { ServerResponse } from 'node:http';
import type { OpenAnswer } from '@pollux/core/server';

/**
 * Bytes that are handed to the connection at once. It tells of a piece only when all of it is taken: a large answer in one piece
 * would look for minutes as if its reader did not read.
 */
const pieceBytes = 16_384;

/** A streamed body on `node:http`. */
export function openAnswer(response: ServerResponse): OpenAnswer {
  // A host's compression middleware holds pieces back until it is told to let go.
  const { flush } = response as { flush?: () => void };
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let isFull = false;
  let isEnding = false;

  /** Hands over pieces until the connection has enough of them. */
  function hand(): void {
    let handed = 0;
    while (!isFull && handed < waiting.length) {
      const piece = waiting[handed++] as Buffer;
      waitingBytes -= piece.length;
      isFull = response.write(piece) === false;
    }
    if (handed === 0) return;
    waiting = waiting.slice(handed);
    flush?.call(response);
  }

  const answer: OpenAnswer = {
    write(text) {
      if (response.writableEnded || isEnding) return;
      if (!isFull && waiting.length === 0 && text.length <= pieceBytes) {
        isFull = response.write(text) === false;
        flush?.call(response);
        return;
      }
      const bytes = Buffer.from(text);
      for (let from = 0; from < bytes.length; from += pieceBytes) waiting.push(bytes.subarray(from, from + pieceBytes));
      waitingBytes += bytes.length;
      hand();
    },
    end() {
      isEnding = true;
      if (waiting.length === 0) response.end();
    },
    cut: () => void response.destroy(),
    get buffered() {
      return waitingBytes + response.writableLength;
    },
    onDrain: undefined,
  };
  response.on('drain', () => {
    // A host may have ended it itself.
    if (response.writableEnded) return;
    isFull = false;
    hand();
    if (isFull) return;
    if (isEnding) response.end();
    else answer.onDrain?.();
  });
  return answer;
}
