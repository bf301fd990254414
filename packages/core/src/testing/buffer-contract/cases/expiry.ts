/** Time to live, losses, and stubs: protocol §6. */
import { aliceOrders, type BufferCase, everybody, lossesOf, textsOf } from '../scene.ts';

export const expiry: readonly BufferCase[] = [
  {
    clause: '6.5',
    title: 'an expired message is not read, and is a loss with its position',
    run: async ({ put, reader, pass, expect }) => {
      const one = reader('s');
      await one.next();
      await put([1, 2], { ttlSeconds: 1 });
      await pass(1050);
      const reading = await one.next();
      expect([textsOf(reading), lossesOf(reading)]).toEqual([[], [['expired', 2]]]);
      expect([reading.losses[0]?.from, reading.losses[0]?.to, reading.last]).toEqual([1, 2, 2]);
    },
  },
  {
    clause: '6.5',
    title: 'not a moment early',
    run: async ({ put, reader, pass, expect }) => {
      await put([1], { ttlSeconds: 1 });
      await pass(500);
      expect(textsOf(await reader('s').next())).toEqual([1]);
    },
  },
  {
    clause: '6.5',
    title: 'a long-lived message does not hold back the expiry of those behind and between',
    run: async ({ put, reader, pass, expect }) => {
      const one = reader('s');
      await one.next();
      for (const [text, ttlSeconds] of [
        ['long', 3600],
        ['short', 1],
        ['long 2', 3600],
        ['short 2', 1],
      ] as const)
        await put([text], { ttlSeconds });
      await pass(1050);
      const reading = await one.next();
      expect(textsOf(reading)).toEqual(['long', 'long 2']);
      expect(reading.losses.reduce((sum, loss) => sum + (loss.count ?? 0), 0)).toBe(2);
    },
  },
  {
    clause: '6.5',
    title: 'expired messages no longer count in the bounds',
    limits: { queueMessages: 2 },
    run: async ({ put, pass, expect }) => {
      await put([1, 2], { ttlSeconds: 1 });
      expect((await put([3]))[0]?.kind).toBe('full');
      await pass(1050);
      expect((await put([3]))[0]?.kind).toBe('stored');
    },
  },
  {
    clause: '6.5',
    title: 'an expired message is gone for status and withdrawal',
    run: async ({ buffer, putOne, pass, expect }) => {
      const id = await putOne(1, { ttlSeconds: 1 });
      await pass(1050);
      const found = await buffer.find(id);
      expect([found?.state, found?.state === 'gone' && found.reason]).toEqual(['gone', 'expired']);
      expect(await buffer.take(id, { kind: 'withdraw' })).toBe(false);
    },
  },
  {
    clause: '6.3',
    title: 'a loss is told at every reading from before it, and at none from behind it',
    run: async ({ put, reader, pass, expect }) => {
      const one = reader('s');
      await one.next();
      const { place } = one;
      await put([1], { ttlSeconds: 1 });
      await pass(1050);
      for (let i = 0; i < 3; i++) {
        one.seek(place);
        expect(lossesOf(await one.next())).toEqual([['expired', 1]]);
      }
      expect(lossesOf(await one.next())).toEqual([]);
    },
  },
  {
    clause: '6.7',
    title: 'a first reading is told of no loss before it',
    run: async ({ put, reader, pass, expect }) => {
      await put([1], { ttlSeconds: 1 });
      await put([2]);
      await pass(1050);
      const reading = await reader('s').next();
      expect([textsOf(reading), lossesOf(reading)]).toEqual([[2], []]);
    },
  },
  {
    clause: '6.1',
    title: 'losses stand in order of position, each with its reason',
    limits: { queueMessages: 3 },
    run: async ({ buffer, put, putOne, reader, pass, expect }) => {
      const one = reader('s');
      await one.next();
      await put([1], { ttlSeconds: 1 });
      await pass(1050);
      const purged = await putOne(2);
      await buffer.take(purged, { kind: 'purge' });
      await put([3, 4, 5, 6], { overflow: 'drop-oldest' });
      const reading = await one.next();
      expect([textsOf(reading), lossesOf(reading)]).toEqual([
        [4, 5, 6],
        [
          ['expired', 1],
          ['purged', 1],
          ['overflow', 1],
        ],
      ]);
    },
  },
  {
    clause: '6.1',
    title: 'however many losses there are, none is told to have been fewer, and messages are not told as lost',
    run: async ({ buffer, put, putOne, reader, expect }) => {
      const one = reader('s');
      await one.next();
      for (let n = 0; n < 300; n++) {
        const id = await putOne(`lost ${n}`);
        await put([`kept ${n}`]);
        await buffer.take(id, n % 2 === 0 ? { kind: 'purge' } : { kind: 'park', reason: 'x' });
      }
      const reading = await one.next();
      expect(reading.messages.length).toBe(300);
      for (const reason of ['purged', 'parked'] as const) {
        const counts = reading.losses.filter((loss) => loss.reason === reason).map((loss) => loss.count);
        expect(counts.includes(undefined) || counts.reduce<number>((sum, count) => sum + (count ?? 0), 0) === 150).toBe(true);
        expect(counts.length).toBeGreaterThanOrEqual(1);
      }
    },
  },
  {
    clause: '6.6',
    title: 'an emptied queue keeps its epoch, positions and losses',
    run: async ({ put, reader, pass, expect }) => {
      const one = reader('s');
      const { epoch } = await one.next();
      await put([1], { ttlSeconds: 1 });
      await pass(1050);
      const [outcome] = await put([2]);
      expect(outcome?.kind === 'stored' && outcome.position).toBe(2);
      const reading = await one.next();
      expect([reading.epoch, reading.reset, textsOf(reading), lossesOf(reading)]).toEqual([epoch, false, [2], [['expired', 1]]]);
    },
  },
  {
    clause: '6.6',
    title: 'forgetting a stub ends its epoch',
    limits: { stubSeconds: 1, keySeconds: 1 },
    run: async ({ buffer, put, reader, pass, expect }) => {
      const one = reader('s');
      await put([1]);
      const { epoch } = await one.next();
      one.handle();
      await one.next();
      for (let i = 0; i < 4; i++) await pass(1200);
      expect((await buffer.inspect.queues(aliceOrders.address)).length).toBe(0);
      await put([2]);
      const reading = await one.next();
      expect([reading.reset, reading.epoch === epoch, textsOf(reading)]).toEqual([true, false, [2]]);
    },
  },
  {
    clause: '9.6',
    title: 'a key is forgotten keySeconds after its message, and counts for nothing then',
    limits: { stubSeconds: 1, keySeconds: 1 },
    run: async ({ buffer, put, pass, expect }) => {
      await put(['m'], { key: 'k', ttlSeconds: 1 });
      for (let i = 0; i < 4; i++) await pass(1200);
      expect(await buffer.inspect.totals()).toEqual({ addresses: 0, queues: 0, messages: 0, bytes: 0, parked: 0 });
      expect((await put(['other'], { key: 'k' }))[0]?.kind).toBe('stored');
    },
  },
  {
    clause: '6.6',
    title: 'a stub that is used is not forgotten',
    limits: { stubSeconds: 2, keySeconds: 1 },
    run: async ({ reader, pass, expect }) => {
      const one = reader('s');
      const { epoch } = await one.next();
      for (let i = 0; i < 4; i++) {
        await pass(1000);
        const reading = await one.next();
        expect([reading.epoch, reading.reset]).toEqual([epoch, false]);
      }
    },
  },
  {
    clause: '6.5',
    title: 'logs expire, too, and tell those behind',
    run: async ({ put, reader, pass, expect }) => {
      const behind = reader('a', { address: everybody });
      await behind.next();
      await put([1], { address: everybody, ttlSeconds: 1 });
      const ahead = reader('b', { address: everybody });
      await ahead.next();
      await pass(1050);
      expect([lossesOf(await behind.next()), lossesOf(await ahead.next())]).toEqual([[['expired', 1]], []]);
    },
  },
];
