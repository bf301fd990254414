/** One JSON text per line over a socket, in both directions; what is said in one turn goes out in one write. */
import type { Socket } from 'node:net';

export interface Lines {
  /** Says one line; `text` is JSON, which has no line break. */
  say(text: string): void;
  /** Writes what is still to be written, then ends. */
  end(): void;
}

/** Characters that wait to be taken by the other side, beyond which it is given up: it does not read any more. */
const mostWaiting = 64 * 1024 * 1024;
/** Characters of one line. A line that is longer is no line of ours. */
const longestLine = 512 * 1024 * 1024;

/** Speaks in lines over a socket; `heard` gets each line of the other side. */
export function speakInLines(socket: Socket, heard: (line: string) => void): Lines {
  let saying: string[] = [];
  let begun: string[] = [];
  let begunLength = 0;
  let isEnding = false;

  function flush(): void {
    const text = saying.join('\n');
    saying = [];
    if (socket.destroyed || socket.writableEnded) return;
    socket.write(`${text}\n`);
    if (isEnding) socket.end();
    else if (socket.writableLength > mostWaiting) socket.destroy();
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
    },
    end() {
      if (saying.length === 0) socket.end();
      else isEnding = true;
    },
  };
}
