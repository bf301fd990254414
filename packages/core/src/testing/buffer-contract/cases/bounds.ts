/** Bounds at four levels, and the overflow rules: protocol §9.8, §5.6, §13.1. */
import type { AppendEntry, AppendOutcome } from '../../../buffer/message-buffer.ts';
import type { Address } from '../../../protocol/types.ts';
import { alice, type BufferCase, type BufferScene, everybody, lossesOf, textsOf, user } from '../scene.ts';

/** Appends until something is refused; the number that was stored, and the refusal. */
async function fill(
  { put }: BufferScene,
  more: (n: number) => Partial<AppendEntry>,
): Promise<{ readonly stored: number; readonly refusal: AppendOutcome }> {
  for (let stored = 0; stored < 2000; stored++) {
    const [outcome] = await put([stored], more(stored));
    if (outcome?.kind !== 'stored') return { stored, refusal: outcome ?? { kind: 'conflict' } };
  }
  throw new Error('nothing was refused');
}

export const bounds: readonly BufferCase[] = [
  {
    clause: '9.8',
    title: 'a queue holds its number of messages, not one more or less, and refuses without losing',
    limits: { queueMessages: 4 },
    run: async (scene) => {
      const { stored, refusal } = await fill(scene, () => ({}));
      scene.expect([stored, refusal]).toEqual([4, { kind: 'full', bound: 'queue' }]);
      scene.expect(textsOf(await scene.reader('s').next())).toEqual([0, 1, 2, 3]);
    },
  },
  {
    clause: '9.8',
    title: 'a queue holds its bytes',
    limits: { queueBytes: 1050 },
    run: async (scene) => {
      const { stored, refusal } = await fill(scene, () => ({ size: 100 }));
      scene.expect([stored, refusal]).toEqual([10, { kind: 'full', bound: 'queue' }]);
    },
  },
  {
    clause: '9.8',
    title: 'an address holds its bytes over all its queues',
    limits: { addressBytes: 10_000 },
    run: async (scene) => {
      const { stored, refusal } = await fill(scene, (n) => ({ application: `app-${n % 3}`, size: 500 }));
      scene.expect(refusal).toEqual({ kind: 'full', bound: 'address' });
      scene.expect(stored).toBeLessThanOrEqual(20);
      scene.expect((await scene.put(['other'], { address: user(1) }))[0]?.kind).toBe('stored');
    },
  },
  {
    clause: '9.8',
    title: 'the buffer holds its bytes over all addresses',
    limits: { bufferBytes: 20_000 },
    run: async (scene) => {
      const { stored, refusal } = await fill(scene, (n) => ({ address: user(n), size: 500 }));
      scene.expect(refusal).toEqual({ kind: 'full', bound: 'buffer' });
      scene.expect(stored).toBeLessThanOrEqual(40);
      for (let n = 0; n < stored; n++) scene.expect(textsOf(await scene.reader('s', { address: user(n) }).next())).toEqual([n]);
    },
  },
  {
    clause: '9.8',
    title: 'drop-oldest drops exactly what is needed, and tells',
    limits: { queueMessages: 3 },
    run: async ({ put, reader, expect }) => {
      const one = reader('s');
      await one.next();
      await put([1, 2, 3, 4, 5], { overflow: 'drop-oldest' });
      const reading = await one.next();
      expect([textsOf(reading), lossesOf(reading)]).toEqual([[3, 4, 5], [['overflow', 2]]]);
    },
  },
  {
    clause: '9.8',
    title: 'drop-oldest by bytes drops as many as it takes',
    limits: { queueBytes: 1000 },
    run: async ({ put, reader, expect }) => {
      await put([1, 2, 3, 4, 5], { size: 200 });
      await put(['large'], { size: 550, overflow: 'drop-oldest' });
      expect(textsOf(await reader('s').next())).toEqual([4, 5, 'large']);
    },
  },
  {
    clause: '9.8',
    title: 'what can never fit is refused, and drops nothing',
    limits: { queueBytes: 1000 },
    run: async ({ put, reader, expect }) => {
      await put([1, 2]);
      expect(await put(['huge'], { size: 2000, overflow: 'drop-oldest' })).toEqual([{ kind: 'full', bound: 'queue' }]);
      expect(textsOf(await reader('s').next())).toEqual([1, 2]);
    },
  },
  {
    clause: '9.8',
    title: "drop-oldest drops nothing for the bound of address or buffer: that would be another queue's loss",
    limits: { addressBytes: 3000 },
    run: async ({ put, reader, expect }) => {
      await put([1, 2], { size: 500 });
      await put([1], { size: 500, application: 'calls' });
      const outcomes = await put(['more', 'more', 'more'], { size: 500, application: 'calls', overflow: 'drop-oldest' });
      expect(outcomes.some((outcome) => outcome.kind === 'full' && outcome.bound === 'address')).toBe(true);
      expect(textsOf(await reader('s').next())).toEqual([1, 2]);
    },
  },
  {
    clause: '5.6',
    title: 'at the bound what some session acknowledged is freed first, and those behind are told',
    limits: { queueMessages: 3 },
    run: async ({ put, reader, expect }) => {
      const quick = reader('quick');
      const slow = reader('slow');
      await quick.next();
      await slow.next();
      await put([1, 2, 3]);
      const { epoch } = await quick.next();
      quick.handle({ epoch, position: 2 });
      await quick.next();
      expect((await put([4]))[0]?.kind).toBe('stored');
      const reading = await slow.next();
      const lost = reading.losses.reduce((sum, loss) => sum + (loss.count ?? 0), 0);
      expect([lost + reading.messages.length, reading.losses[0]?.reason]).toEqual([4, 'overflow']);
      expect(textsOf(reading).slice(-2)).toEqual([3, 4]);
    },
  },
  {
    clause: '5.6',
    title: 'at the bound no more is freed than is needed: an inbox that was read keeps the rest for who comes next',
    limits: { queueMessages: 3 },
    run: async ({ put, reader, expect }) => {
      const one = reader('s');
      await one.next({ retain: true });
      await put([1, 2, 3]);
      await one.next({ retain: true });
      one.handle();
      await one.next({ retain: true });
      expect((await put([4]))[0]?.kind).toBe('stored');
      const reading = await reader('another').next({ retain: true });
      expect([textsOf(reading), lossesOf(reading)]).toEqual([[2, 3, 4], []]);
    },
  },
  ...(['addressBytes', 'bufferBytes'] as const).map(
    (bound): BufferCase => ({
      clause: '5.6',
      title: `at ${bound}, too, what some session acknowledged is freed first, and what none did causes a refusal`,
      limits: { [bound]: 4500 },
      run: async ({ put, reader, expect }) => {
        const quick = reader('quick');
        await quick.next();
        await reader('slow').next();
        await put([1, 2, 3], { size: 1000 });
        const { epoch } = await quick.next();
        expect((await put([4], { size: 1000 }))[0]?.kind).toBe('full');
        quick.handle({ epoch, position: 1 });
        await quick.next();
        const outcomes = await put([4, 5], { size: 1000 });
        expect(outcomes.map(({ kind }) => kind)).toEqual(['stored', 'full']);
        const reading = await reader('slow').next();
        expect(textsOf(reading)).toEqual([2, 3, 4]);
      },
    }),
  ),
  {
    clause: '9.8',
    title: 'acknowledgement makes room again, at every level',
    limits: { queueMessages: 2, addressBytes: 5000, bufferBytes: 5000 },
    run: async ({ put, reader, expect }) => {
      const one = reader('s');
      for (let round = 0; round < 20; round++) {
        expect((await put([round, -round], { size: 1000 })).map((outcome) => outcome.kind)).toEqual(['stored', 'stored']);
        await one.next();
        one.handle();
        await one.next();
      }
    },
  },
  {
    clause: '13.1',
    title: 'what was filled and emptied in every way counts for nothing in the end',
    limits: { queueMessages: 4 },
    run: async ({ buffer, put, putOne, reader, pass, expect }) => {
      const before = (await buffer.inspect.totals()).bytes;
      const one = reader('s');
      await put([1, 2]);
      await one.next();
      one.handle();
      await one.next();
      await put([3], { ttlSeconds: 1 });
      await pass(1050);
      await put([4, 5, 6, 7, 8], { overflow: 'drop-oldest' });
      await put([9, 10], { topic: 't', overflow: 'drop-oldest' });
      const id = await putOne(11, { overflow: 'drop-oldest' });
      await buffer.take(id, { kind: 'park', reason: 'x' });
      await buffer.take(id, { kind: 'purge' });
      await buffer.erase(alice);
      const after = await buffer.inspect.totals();
      expect([after.messages, after.parked, after.bytes]).toEqual([0, 0, before]);
    },
  },
  {
    clause: '9.8',
    title: 'each entry stands alone: in one call some are stored and some refused',
    limits: { queueMessages: 1 },
    run: async ({ put, buffer, expect }) => {
      await put(['fills']);
      const entry = (address: Address): AppendEntry => ({
        address,
        application: 'orders',
        members: '"text":1',
        size: 10,
        ttlSeconds: 60,
        urgency: 'normal',
        topic: undefined,
        key: undefined,
        fingerprint: '',
        overflow: 'reject',
      });
      const outcomes = await buffer.append([entry(user(1)), entry(alice), entry(everybody)]);
      expect(outcomes.map((outcome) => outcome.kind)).toEqual(['stored', 'full', 'stored']);
    },
  },
];
