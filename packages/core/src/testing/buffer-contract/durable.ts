/** What outlives a closing, for buffers that claim it; and that nothing does, for those that do not: protocol §1.7, §5.3. */
import type { AppendEntry } from '../../buffer/message-buffer.ts';
import type { Runner } from '../runner.ts';
import type { BufferContractOptions, StoreCase } from './options.ts';
import { type BufferScene, createScene, lossesOf, type OpenBuffer, textsOf } from './scene.ts';

type Reopened = (scene: BufferScene, isDurable: boolean) => Promise<void>;

/** Closes the buffer and goes on with the same store, where the buffer can be opened again at all. */
async function reopened(open: OpenBuffer, options: BufferContractOptions, runner: Runner, use: Reopened): Promise<void> {
  if (options.reopen === undefined) return;
  await open.buffer.close();
  const again = await options.reopen(open.buffer, { limits: {} });
  try {
    await use(createScene(again, runner), again.buffer.supports.durable);
  } finally {
    await again[Symbol.asyncDispose]();
  }
}

export const durableCases: readonly StoreCase[] = [
  {
    clause: '1.7',
    title: 'after a reopening messages are there in order, or their epoch has ended: never another message at an old position',
    run: async (open, options, runner) => {
      const scene = createScene(open, runner);
      const reader = scene.reader('s');
      await scene.put([1, 2, 3]);
      await reader.next();
      await reopened(open, options, runner, async (later, isDurable) => {
        await later.put(['new']);
        const again = later.reader('s');
        again.seek(reader.place);
        const reading = await again.next();
        runner.expect(textsOf(reading)).toEqual(['new']);
        runner.expect(reading.reset).toBe(!isDurable);
        runner.expect(textsOf(await later.reader('other').next())).toEqual(isDurable ? [1, 2, 3, 'new'] : ['new']);
      });
    },
  },
  {
    clause: '5.3',
    title: 'a reopened buffer frees nothing for one session lifetime, not even what one session acknowledges',
    run: async (open, options, runner) => {
      const scene = createScene(open, runner);
      await scene.put([1, 2]);
      const first = scene.reader('first');
      const second = scene.reader('second');
      await first.next();
      await second.next();
      await reopened(open, options, runner, async (later, isDurable) => {
        if (!isDurable) return;
        const back = later.reader('first');
        back.seek(first.place);
        back.handle(first.place);
        await back.next();
        runner.expect(textsOf(await later.reader('second').next())).toEqual([1, 2]);
      });
    },
  },
  {
    clause: '9.6',
    title: 'keys and topics outlive a reopening where messages do',
    run: async (open, options, runner) => {
      const more: Partial<AppendEntry> = { key: 'k', topic: 't' };
      const id = await createScene(open, runner).putOne('m', more);
      await reopened(open, options, runner, async (later, isDurable) => {
        if (!isDurable) return;
        runner.expect(await later.put(['m'], more)).toEqual([{ kind: 'duplicate', id }]);
        await later.put(['newer'], { topic: 't' });
        const reading = await later.reader('s').next();
        runner.expect([textsOf(reading), lossesOf(reading)]).toEqual([['newer'], []]);
      });
    },
  },
];
