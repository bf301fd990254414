/** Collapse and idempotency: protocol §9.6, §9.7, §6.4. */
import type { Address } from '../../../protocol/types.ts';
import { alice, type BufferCase, everybody, lossesOf, staff, textsOf } from '../scene.ts';

export const topicsAndKeys: readonly BufferCase[] = [
  {
    clause: '9.7',
    title: 'a newer message of a topic replaces the pending one, at the tail, and names it',
    run: async ({ put, putOne, reader, expect }) => {
      const older = await putOne('old', { topic: 't' });
      await put(['between']);
      const [outcome] = await put(['new'], { topic: 't' });
      expect(outcome?.kind === 'stored' && [outcome.position, outcome.collapsed]).toEqual([3, older]);
      const reading = await reader('s').next();
      expect([textsOf(reading), lossesOf(reading)]).toEqual([['between', 'new'], []]);
    },
  },
  {
    clause: '6.4',
    title: 'the hole of a collapse is no loss for who stands before it',
    run: async ({ put, reader, expect }) => {
      const one = reader('s');
      await one.next();
      for (let n = 0; n < 5; n++) await put([n], { topic: 't' });
      const reading = await one.next();
      expect([textsOf(reading), lossesOf(reading)]).toEqual([[4], []]);
    },
  },
  {
    clause: '9.7',
    title: 'the replaced one is gone as collapsed',
    run: async ({ buffer, put, putOne, expect }) => {
      const older = await putOne('old', { topic: 't' });
      await put(['new'], { topic: 't' });
      const found = await buffer.find(older);
      expect([found?.state, found?.state === 'gone' && found.reason]).toEqual(['gone', 'collapsed']);
    },
  },
  {
    clause: '9.7',
    title: "the newer one inherits the older one's latency clock, and has a life of its own",
    run: async ({ put, reader, pass, expect }) => {
      await put(['old'], { topic: 't', ttlSeconds: 100 });
      const first = (await reader('a').next()).messages[0];
      await pass(1000);
      await put(['new'], { topic: 't', ttlSeconds: 100 });
      const second = (await reader('b').next()).messages[0];
      expect(second?.waitingSinceMs).toBe(first?.waitingSinceMs);
      expect((second?.expiresMs ?? 0) - (first?.expiresMs ?? 0)).toBeGreaterThanOrEqual(1000);
    },
  },
  {
    clause: '9.7',
    title: 'topics are of one queue',
    run: async ({ put, reader, expect }) => {
      const bob: Address = { kind: 'recipient', name: 'bob' };
      for (const address of [alice, bob, staff, everybody]) await put([1], { topic: 't', address });
      await put([1], { topic: 't', application: 'calls' });
      for (const address of [alice, bob, staff, everybody])
        expect(textsOf(await reader('s', { address }).next({ newest: 5 }))).toEqual([1]);
    },
  },
  {
    clause: '9.7',
    title: 'in a full queue a newer message of a pending topic succeeds, and no other',
    limits: { queueMessages: 2 },
    run: async ({ put, reader, expect }) => {
      await put(['old'], { topic: 't' });
      await put(['other']);
      expect((await put(['no room']))[0]?.kind).toBe('full');
      expect((await put(['no room'], { topic: 'u' }))[0]?.kind).toBe('full');
      expect((await put(['new'], { topic: 't' }))[0]?.kind).toBe('stored');
      expect(textsOf(await reader('s').next())).toEqual(['other', 'new']);
    },
  },
  {
    clause: '13.1',
    title: 'growing by collapse meets the bounds in bytes',
    limits: { queueBytes: 1000, addressBytes: 100_000 },
    run: async ({ buffer, put, expect }) => {
      for (let n = 0; n < 5; n++) await put([n], { topic: `t${n}`, size: 100 });
      for (let n = 0; n < 5; n++) await put([n], { topic: `t${n}`, size: 900 });
      const [queue] = await buffer.inspect.queues(alice);
      expect(queue?.bytes ?? 0).toBeLessThanOrEqual(1000);
    },
  },
  {
    clause: '9.7',
    title: 'after an acknowledgement, expiry or withdrawal there is nothing to replace',
    run: async ({ buffer, put, putOne, reader, pass, expect }) => {
      const one = reader('s');
      await put([1], { topic: 'acknowledged' });
      await one.next();
      one.handle();
      await one.next();
      await put([2], { topic: 'expired', ttlSeconds: 1 });
      await pass(1050);
      await buffer.take(await putOne(3, { topic: 'withdrawn' }), { kind: 'withdraw' });
      for (const topic of ['acknowledged', 'expired', 'withdrawn']) {
        const [outcome] = await put([topic], { topic });
        expect(outcome?.kind === 'stored' && outcome.collapsed).toBe(undefined);
      }
    },
  },
  {
    clause: '9.6',
    title: 'the same key and content is a duplicate with the first id, other content a conflict',
    run: async ({ put, putOne, reader, expect }) => {
      const id = await putOne('m', { key: 'k' });
      expect(await put(['m'], { key: 'k' })).toEqual([{ kind: 'duplicate', id }]);
      expect(await put(['other'], { key: 'k' })).toEqual([{ kind: 'conflict' }]);
      expect(textsOf(await reader('s').next())).toEqual(['m']);
    },
  },
  {
    clause: '9.6',
    title: 'keys are of one queue, and compared exactly',
    run: async ({ put, expect }) => {
      const keys = ['k', 'K', 'k ', '__proto__', 'constructor', '\u00e9', 'e\u0301'];
      for (const address of [alice, staff, everybody]) {
        for (const key of keys) expect((await put(['m'], { key, address }))[0]?.kind).toBe('stored');
      }
      expect((await put(['m'], { key: 'k', application: 'calls' }))[0]?.kind).toBe('stored');
    },
  },
  {
    clause: '9.6',
    title: 'within one call the second of a key is a duplicate already',
    run: async ({ put, expect }) => {
      expect((await put(['m', 'm', 'other'], { key: 'k' })).map((outcome) => outcome.kind)).toEqual([
        'stored',
        'duplicate',
        'conflict',
      ]);
    },
  },
  {
    clause: '9.6',
    title: 'a key outlives its message by keySeconds, and is then forgotten',
    limits: { keySeconds: 1 },
    run: async ({ put, reader, pass, expect }) => {
      const one = reader('s');
      await put(['m'], { key: 'k', ttlSeconds: 1 });
      await one.next();
      one.handle();
      await one.next();
      await pass(1200);
      expect((await put(['m'], { key: 'k' }))[0]?.kind).toBe('duplicate');
      await pass(1200);
      expect((await put(['m'], { key: 'k' }))[0]?.kind).toBe('stored');
    },
  },
  {
    clause: '9.6',
    title: 'a refused entry leaves its key free',
    limits: { queueMessages: 1 },
    run: async ({ put, reader, expect }) => {
      const one = reader('s');
      await put(['fills']);
      expect((await put(['m'], { key: 'k' }))[0]?.kind).toBe('full');
      await one.next();
      one.handle();
      await one.next();
      expect((await put(['m'], { key: 'k' }))[0]?.kind).toBe('stored');
    },
  },
  {
    clause: '9.6',
    title: 'a duplicate is a duplicate in a full queue, too',
    limits: { queueMessages: 1 },
    run: async ({ put, putOne, expect }) => {
      const id = await putOne('m', { key: 'k' });
      expect(await put(['m'], { key: 'k' })).toEqual([{ kind: 'duplicate', id }]);
    },
  },
];
