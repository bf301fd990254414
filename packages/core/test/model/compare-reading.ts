/** One reading of the buffer against what the reference expects of it. */
import { lossWithin } from '../../src/buffer/losses.ts';
import type { QueueExchange, QueueReading } from '../../src/buffer/message-buffer.ts';
import type { ExpectedReading } from './reference-buffer.ts';
import { countLosses, hasHoles, lossesBetween } from './reference-queue.ts';
import { assert } from './scene.ts';

/** A ledger tells at least this many losses of a queue apart; past them counts may be unknown. */
const ledgerLength = 48;

export function compareReading(expected: ExpectedReading, reading: QueueReading, maxBytes: number, asked: QueueExchange): void {
  const { queue } = expected;
  for (const member of ['after', 'last', 'freed', 'reset'] as const) {
    assert(reading[member] === expected[member], `${queue.key}: ${member} is ${reading[member]}, expected ${expected[member]}`);
  }
  let bytes = 0;
  for (const [index, message] of reading.messages.entries()) {
    const wanted = expected.messages[index];
    assert(message.position === wanted?.position, `${queue.key}: message ${message.position} where ${wanted?.position} is next`);
    assert(
      message.members === wanted.entry.members && message.topic === wanted.entry.topic,
      `${queue.key}: message ${message.position} was changed`,
    );
    bytes += message.size;
    assert(bytes <= maxBytes || index === 0, `${queue.key}: ${bytes} bytes read, ${maxBytes} allowed`);
  }
  const next = expected.messages[reading.messages.length];
  assert(reading.more === (next !== undefined), `${queue.key}: more is ${reading.more}`);
  assert(next === undefined || bytes + next.entry.size > maxBytes, `${queue.key}: reading stopped early`);
  const ends = [...reading.messages.map(({ position }) => position), ...(next === undefined ? [reading.last] : [])];
  for (const end of ends) compareLosses(expected, reading, end, asked);
}

/** Up to any end that an answer may have, each reason is told exactly, or as unknown where that is fair. */
function compareLosses({ queue, after }: ExpectedReading, reading: QueueReading, upTo: number, asked: QueueExchange): void {
  // Before its first cursor a session has lost nothing (protocol 6.7), but may be told of what it never had.
  if (asked.read === undefined || reading.reset) return;
  const expected = lossesBetween(queue, after, upTo);
  for (const reason of ['expired', 'overflow', 'parked', 'purged', 'acknowledged'] as const) {
    const losses = reading.losses.filter((loss) => loss.reason === reason);
    const counts = losses.map((loss) => lossWithin(loss, after, upTo));
    const wanted = expected.get(reason) ?? 0;
    if (counts.includes(undefined)) {
      const fair = countLosses(queue) > ledgerLength || (reason === 'acknowledged' && (hasHoles(queue) || upTo < reading.last));
      assert(fair, `${queue.key}: ${reason} is of unknown number up to ${upTo}, expected ${wanted}`);
      continue;
    }
    const sum = counts.reduce((total: number, count) => total + (count ?? 0), 0);
    assert(sum === wanted, `${queue.key}: ${sum} ${reason} told after ${after} up to ${upTo}, expected ${wanted}`);
  }
}
