/** The model has teeth: a buffer with any of these bugs is told apart from the reference. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryBuffer } from '../../src/buffer/memory/memory-buffer.ts';
import type { AppendEntry, ExchangeRequest, MessageBuffer, QueueReading } from '../../src/buffer/message-buffer.ts';
import { commands } from './commands.ts';
import { drain, now, type OpenBuffer, openScene } from './scene.ts';

type Break = (buffer: MessageBuffer) => MessageBuffer;

const reading =
  (change: (reading: QueueReading) => QueueReading): Break =>
  (buffer) => ({ ...buffer, exchange: (request) => now(buffer.exchange(request)).map(change) });

const asking =
  (change: (queue: ExchangeRequest['queues'][number]) => ExchangeRequest['queues'][number]): Break =>
  (buffer) => ({ ...buffer, exchange: (request) => buffer.exchange({ ...request, queues: request.queues.map(change) }) });

const appending =
  (change: (entry: AppendEntry) => AppendEntry): Break =>
  (buffer) => ({ ...buffer, append: (entries) => buffer.append(entries.map(change)) });

const bugs: Readonly<Record<string, Break>> = {
  'acknowledgement off by one': asking((queue) =>
    queue.handled === undefined ? queue : { ...queue, handled: { ...queue.handled, position: queue.handled.position + 1 } },
  ),
  'acknowledgement beyond what was sent': asking(({ limit: _, ...queue }) => queue),
  'an acknowledgement forgotten': asking(({ handled, ...queue }) => ({
    ...queue,
    handled: handled?.position === 2 ? undefined : handled,
  })),
  'epochs not compared': asking((queue) => ({
    ...queue,
    handled: queue.handled?.epoch === 'ZZZZZZZZZZZ' ? undefined : queue.handled,
    read: queue.read?.epoch === 'ZZZZZZZZZZZ' ? undefined : queue.read,
  })),
  'the future believed': asking((queue) =>
    queue.read === undefined ? queue : { ...queue, read: { ...queue.read, position: Math.min(queue.read.position, 3) } },
  ),
  'reading in reverse': reading((found) => ({ ...found, messages: [...found.messages].reverse() })),
  'reading from after the first': reading((found) => ({ ...found, messages: found.messages.slice(1) })),
  'gap swallowed': reading((found) => ({ ...found, losses: [] })),
  'a loss told too often': reading((found) => ({ ...found, losses: [...found.losses, ...found.losses.slice(0, 1)] })),
  'more not told': reading((found) => ({ ...found, more: false })),
  'reset not told': reading((found) => ({ ...found, reset: false })),
  'idempotency off': appending((entry) => ({ ...entry, key: undefined })),
  'any content under a known key': appending((entry) => ({ ...entry, fingerprint: '' })),
  'collapse off': appending((entry) => ({ ...entry, topic: undefined })),
  'time to live doubled': appending((entry) => ({ ...entry, ttlSeconds: entry.ttlSeconds * 2 })),
  'dropped at the bound against the rule': appending((entry) => ({ ...entry, overflow: 'drop-oldest' })),
  'bytes not counted': appending((entry) => ({ ...entry, size: 20 })),
  'an inbox freed': asking(({ retain: _, ...queue }) => queue),
  'places kept for ever': (buffer) => ({ ...buffer, exchange: (request) => buffer.exchange({ ...request, keepMs: 1e9 }) }),
  'a goodbye not heard': (buffer) => ({ ...buffer, forget: () => undefined }),
  'withdrawn without effect': (buffer) => ({ ...buffer, take: (id, how) => how.kind === 'withdraw' || buffer.take(id, how) }),
  'parked as purged': (buffer) => ({
    ...buffer,
    take: (id, how) => buffer.take(id, how.kind === 'park' ? { kind: 'purge' } : how),
  }),
  'erased by halves': (buffer) => ({ ...buffer, erase: () => 0 }),
};

const bounds = fc.record({
  queueMessages: fc.constantFrom(2, 5, 20),
  queueBytes: fc.constantFrom(500, 1200, 10_000),
  stubSeconds: fc.constantFrom(20, 3600),
  keySeconds: fc.constantFrom(10, 3600),
  ttlSeconds: fc.constant(3600),
});

/** Whether some sequence of commands tells the buffer apart from the reference. */
function isCaught(open: OpenBuffer, numRuns: number): boolean {
  const sequences = fc.commands(commands, { maxCommands: 100, size: 'max' });
  const property = fc.property(bounds, sequences, (limits, sequence) => {
    const scene = openScene(open, limits, new Set());
    fc.modelRun(() => ({ model: {}, real: scene }), sequence);
    drain(scene);
  });
  return fc.check(property, { numRuns, endOnFailure: true, seed: 7 }).failed;
}

describe('every bug that is built in is told apart', () => {
  for (const [name, make] of Object.entries(bugs)) {
    it(name, { timeout: 60_000 }, () => {
      expect(isCaught((options) => make(createMemoryBuffer(options)), 3000)).toBe(true);
    });
  }

  it('and nothing is where there is none', { timeout: 60_000 }, () => {
    expect(isCaught(createMemoryBuffer, 200)).toBe(false);
  });
});
