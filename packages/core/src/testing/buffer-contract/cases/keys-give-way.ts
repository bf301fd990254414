/** Idempotency keys where there is little room: protocol §9.6, §13.1. */
import type { AppendEntry } from '../../../buffer/message-buffer.ts';
import { alice, type BufferCase, type BufferScene, entryOf, everybody, user } from '../scene.ts';

/** Publishes under keys of their own, each read and handled before the next ten; the kinds of outcomes that there were. */
async function pass(scene: BufferScene, count: number, more: Partial<AppendEntry> = {}): Promise<readonly string[]> {
  const kinds = new Set<string>();
  const one = scene.reader('s', more);
  await one.next();
  for (let from = 0; from < count; from += 10) {
    const entries = Array.from({ length: 10 }, (_, n) => entryOf(from + n, { key: `key-${from + n}`, ...more }));
    for (const { kind } of await scene.buffer.append(entries)) kinds.add(kind);
    await one.next();
    one.handle();
    await one.next();
  }
  return [...kinds];
}

export const keysGiveWay: readonly BufferCase[] = [
  {
    clause: '9.6',
    title: 'keys that would fill an address keep no message out: those that end first give way',
    limits: { addressBytes: 20_000, keySeconds: 60 },
    run: async (scene) => {
      await scene.put(['held'], { application: 'calls', key: 'held', ttlSeconds: 20 });
      await scene.put(['short'], { key: 'short', ttlSeconds: 30 });
      scene.expect(await pass(scene, 300)).toEqual(['stored']);
      // Of what waits the key stays, though it would end before all others, and so do the newest.
      const outcomes = [
        await scene.put(['held'], { application: 'calls', key: 'held', ttlSeconds: 20 }),
        await scene.put([299], { key: 'key-299' }),
        await scene.put(['short'], { key: 'short', ttlSeconds: 30 }),
        await scene.put([0], { key: 'key-0' }),
      ];
      scene.expect(outcomes.map(([outcome]) => outcome?.kind)).toEqual(['duplicate', 'duplicate', 'stored', 'stored']);
      scene.expect((await scene.buffer.inspect.totals()).bytes).toBeLessThanOrEqual(20_000);
    },
  },
  {
    clause: '9.6',
    title: 'keys of what was replaced give way, too, however long something older waits',
    limits: { addressBytes: 20_000 },
    run: async (scene) => {
      await scene.put(['waits'], { key: 'waits' });
      const kinds = new Set<string>();
      for (let n = 0; n < 200; n++) {
        const [outcome] = await scene.put([n], { key: `key-${n}`, topic: 'shown' });
        kinds.add(outcome?.kind ?? '');
      }
      scene.expect([...kinds]).toEqual(['stored']);
      const outcomes = [await scene.put(['another'], { key: 'waits' }), await scene.put(['another'], { key: 'key-199' })];
      scene.expect(outcomes.map(([outcome]) => outcome?.kind)).toEqual(['conflict', 'conflict']);
      scene.expect((await scene.buffer.inspect.totals()).bytes).toBeLessThanOrEqual(20_000);
    },
  },
  {
    clause: '9.6',
    title: 'no more keys give way than half of what there may be',
    limits: { addressBytes: 20_000 },
    run: async (scene) => {
      await pass(scene, 150);
      let known = 0;
      while ((await scene.put(['another'], { key: `key-${149 - known}` }))[0]?.kind === 'conflict') known++;
      scene.expect(known).toBeGreaterThanOrEqual(60);
    },
  },
  {
    clause: '9.6',
    title: 'keys of one application give way to another of the same address, and to a message for which the buffer has no room',
    limits: { addressBytes: 20_000, bufferBytes: 30_000 },
    run: async (scene) => {
      await pass(scene, 100);
      scene.expect((await scene.put(['large'], { application: 'calls', size: 8000 }))[0]?.kind).toBe('stored');
      await pass(scene, 100, { address: user(1) });
      scene.expect((await scene.put(['large'], { address: user(1), size: 4000 }))[0]?.kind).toBe('stored');
      // Where no key may go a bound is a bound.
      scene.expect(await scene.put(['huge'], { size: 19_500 })).toEqual([{ kind: 'full', bound: 'address' }]);
      const { bytes } = await scene.buffer.inspect.totals();
      scene.expect(bytes).toBeLessThanOrEqual(30_200);
    },
  },
  {
    clause: '9.6',
    title: 'a log that drops its oldest does not grow beyond its bound by keys',
    limits: { addressBytes: 20_000, queueMessages: 5 },
    run: async (scene) => {
      const more = { address: everybody, overflow: 'drop-oldest' } as const;
      for (let n = 0; n < 300; n++) {
        const [outcome] = await scene.put([n], { ...more, key: `key-${n}` });
        scene.expect(outcome?.kind).toBe('stored');
      }
      scene.expect((await scene.buffer.inspect.totals()).bytes).toBeLessThanOrEqual(20_000);
      scene.expect((await scene.put([299], { ...more, key: 'key-299' }))[0]?.kind).toBe('duplicate');
    },
  },
  {
    clause: '9.6',
    title: 'while more than half of the buffer is taken keys end earlier, whoever they are of, and make room for everyone',
    limits: { bufferBytes: 100_000 },
    run: async (scene) => {
      for (let n = 0; n < 10; n++) await pass(scene, 50, { address: user(n) });
      await scene.put(['waits'], { key: 'waits' });
      scene.expect((await scene.put(['no room'], { address: user(11), size: 20_000 }))[0]?.kind).toBe('full');
      await scene.pass(1500);
      // A buffer in several places knows by now what all of them hold.
      await scene.buffer.inspect.totals();
      await scene.pass(4000);
      scene.expect((await scene.buffer.inspect.totals()).bytes).toBeLessThanOrEqual(80_000);
      scene.expect((await scene.put(['room'], { address: user(11), size: 20_000 }))[0]?.kind).toBe('stored');
      scene.expect((await scene.put(['waits'], { key: 'waits' }))[0]?.kind).toBe('duplicate');
    },
  },
  {
    clause: '9.6',
    title: 'while half of the buffer is free no key ends before its time',
    limits: { bufferBytes: 100_000, addressBytes: 100_000 },
    run: async (scene) => {
      await pass(scene, 200);
      await scene.pass(3000);
      for (const n of [0, 199]) scene.expect((await scene.put(['another'], { key: `key-${n}` }))[0]?.kind).toBe('conflict');
      scene.expect((await scene.buffer.inspect.queues(alice))[0]?.messages).toBe(0);
    },
  },
];
