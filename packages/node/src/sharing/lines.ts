/** One JSON text per line over a socket, in both directions; what is said in one turn goes out in one write. */
import type { Socket } from 'node:net';

export interface Lines {
  /** Says one line; `text` is JSON, which has no line break. */
  say(text: string): void;
  /** Writes what is still to be written, then ends. */
  end(): void;
}

export interface LinesOptions {
  /** Milliseconds in which the other side has to take what waits for it, where that is much. @default 10000 */
  readonly takeMs?: number;
  /**
   * Hears nothing more for as long as much waits for the other side. Of two that speak, one at most may, or each waits for the
   * other. @default false
   */
  readonly holdsBack?: boolean;
}

/**
 * Characters that wait to be taken by the other side, beyond which it is given up once it has taken nothing for too long. To
 * have much waiting is no fault: thousands may be answered in one turn.
 */
const mostWaiting = 64 * 1024 * 1024;
/** Characters that are written without waiting for the end of the turn; a text has no room for all that may be said in one. */
const mostTogether = 16 * 1024 * 1024;
/** Characters of one line. A line that is longer is no line of ours. */
const longestLine = 512 * 1024 * 1024;

/** Speaks in lines over a socket; `heard` gets each line of the other side. */
export function speakInLines(
  socket: Socket,
  heard: (line: string) => void,
  { takeMs = 10_000, holdsBack = false }: LinesOptions = {},
): Lines {
  let saying: string[] = [];
  let sayingLength = 0;
  /** When the other side took something last, or began to have something to take. */
  let takenMs = 0;
  let begun: string[] = [];
  let begunLength = 0;
  let isEnding = false;

  function taken(): void {
    takenMs = performance.now();
    if (socket.isPaused() && socket.writableLength <= mostWaiting) socket.resume();
  }

  function flush(): void {
    if (saying.length === 0) return;
    const text = saying.join('\n');
    saying = [];
    sayingLength = 0;
    if (socket.destroyed || socket.writableEnded) return;
    if (socket.writableLength === 0) takenMs = performance.now();
    socket.write(`${text}\n`, taken);
    if (isEnding) socket.end();
    else if (socket.writableLength > mostWaiting && performance.now() - takenMs > takeMs) socket.destroy();
  }

  socket.setEncoding('utf8');
  socket.on('data', (chunk: unknown) => {
    const parts = String(chunk).split('\n');
    const rest = parts.pop() ?? '';
    for (const part of parts) {
      const line = begun.length === 0 ? part : begun.join('') + part;
      begun = [];
      begunLength = 0;
      heard(line);
    }
    if (holdsBack && socket.writableLength + sayingLength > mostWaiting) socket.pause();
    if (rest === '') return;
    // Joined once, when its end has come: a long line comes in many pieces.
    begun.push(rest);
    begunLength += rest.length;
    if (begunLength > longestLine) socket.destroy();
  });

  return {
    say(text) {
      if (saying.length === 0) setImmediate(flush);
      saying.push(text);
      sayingLength += text.length;
      if (sayingLength > mostTogether) flush();
    },
    end() {
      if (saying.length === 0) socket.end();
      else isEnding = true;
    },
  };
}
