/** Moving everything into another buffer: what `export` and `import` do. */
import type { StoredQueue } from '../../buffer/stored-queue.ts';
import type { Runner } from '../runner.ts';
import type { BufferContractOptions, StoreCase } from './options.ts';
import { alice, type BufferScene, createScene, everybody, lossesOf, type OpenBuffer, storedOf, textsOf } from './scene.ts';

/** Opens a second, empty buffer and moves everything over, as text. */
async function moved(
  open: OpenBuffer,
  options: BufferContractOptions,
  runner: Runner,
  use: (there: BufferScene) => Promise<void>,
): Promise<void> {
  const other = await options.open({ limits: {} });
  try {
    for await (const queue of open.buffer.inspect.everything()) {
      const text = JSON.parse(JSON.stringify(queue)) as StoredQueue;
      runner.expect(await other.buffer.restore(text)).toBe(true);
    }
    await use(createScene(other, runner));
  } finally {
    await other[Symbol.asyncDispose]();
  }
}

export const movingCases: readonly StoreCase[] = [
  {
    clause: 'port',
    title: 'what moved keeps epochs, positions and order, so that cursors stand',
    run: async (open, options, runner) => {
      const scene = createScene(open, runner);
      const reader = scene.reader('s');
      await scene.put([1, 2]);
      await reader.next();
      await scene.put([3]);
      await scene.put(['all'], { address: everybody });
      await moved(open, options, runner, async (there) => {
        const back = there.reader('s');
        back.seek(reader.place);
        back.handle(reader.place);
        const reading = await back.next();
        runner.expect([textsOf(reading), reading.reset, reading.last]).toEqual([[3], false, 3]);
        runner.expect(textsOf(await there.reader('a', { address: everybody }).next({ newest: 9 }))).toEqual(['all']);
        const [outcome] = await there.put([4]);
        runner.expect(outcome?.kind === 'stored' && outcome.position).toBe(4);
      });
    },
  },
  {
    clause: 'port',
    title: 'what moved keeps losses, keys, topics and parked messages',
    run: async (open, options, runner) => {
      const scene = createScene(open, runner);
      const reader = scene.reader('s');
      await reader.next();
      const key = { key: 'k', topic: 't' };
      const id = await scene.putOne('keyed', key);
      const parked = await scene.putOne('parked');
      await scene.buffer.take(parked, { kind: 'park', reason: 'no good' });
      await moved(open, options, runner, async (there) => {
        runner.expect(await there.put(['keyed'], key)).toEqual([{ kind: 'duplicate', id }]);
        await there.put(['newer'], { topic: 't' });
        const back = there.reader('s');
        back.seek({ epoch: reader.place?.epoch ?? '', position: 0 });
        const reading = await back.next();
        runner.expect([textsOf(reading), lossesOf(reading)]).toEqual([['newer'], [['parked', 1]]]);
        const found = await there.buffer.find(parked);
        runner.expect(found?.state === 'parked' && found.reason).toBe('no good');
        runner.expect((await there.buffer.inspect.totals()).parked).toBe(1);
      });
    },
  },
  {
    clause: 'port',
    title: 'a queue that is there already is not taken over',
    run: async (open, _options, runner) => {
      const scene = createScene(open, runner);
      await scene.put([1]);
      runner.expect(await open.buffer.restore(storedOf('AAAAAAAAAAA', { last: 9 }))).toBe(false);
      const [queue] = await open.buffer.inspect.queues(alice);
      runner.expect([queue?.last, textsOf(await scene.reader('s').next())]).toEqual([1, [1]]);
    },
  },
];
