import type { BufferInspection } from '@pollux/core/server';
import { type TransferLine, transferVersion } from './queue-line.ts';

/**
 * Everything in a message buffer as JSON Lines, each with its line feed. It reads without changing anything; what is
 * accepted or acknowledged meanwhile may or may not be in it, so a final export begins after the server was closed.
 */
export async function* exportLines(inspect: BufferInspection, nowMs: number): AsyncGenerator<string, void, void> {
  const write = (line: TransferLine): string => `${JSON.stringify(line)}\n`;
  let queues = 0;
  let messages = 0;
  yield write({ pollux: 'buffer', version: transferVersion, atMs: nowMs });
  for await (const queue of inspect.everything()) {
    queues += 1;
    messages += queue.messages.length + queue.parked.length;
    yield write({ queue });
  }
  yield write({ end: true, queues, messages });
}
