/** Two nodes over one store, for buffers that claim it. */
import type { QueueName } from '../../buffer/message-buffer.ts';
import { attendedClock } from '../../protocol/system-environment.ts';
import type { Runner } from '../runner.ts';
import type { BufferContractOptions, StoreCase } from './options.ts';
import { type BufferScene, createScene, entryOf, type OpenBuffer, textsOf } from './scene.ts';

type Joined = (here: BufferScene, there: BufferScene) => Promise<void>;

async function joined(open: OpenBuffer, options: BufferContractOptions, runner: Runner, use: Joined): Promise<void> {
  if (options.join === undefined) return;
  const other = await options.join(open.buffer, { limits: {} });
  try {
    await use(createScene(open, runner), createScene(other, runner));
  } finally {
    await other[Symbol.asyncDispose]();
  }
}

export const sharedCases: readonly StoreCase[] = [
  {
    clause: 'port',
    title: 'what one node stores another reads, in the same epoch and order',
    run: (open, options, runner) =>
      joined(open, options, runner, async (here, there) => {
        await here.put([1]);
        await there.put([2]);
        await here.put([3]);
        const [mine, theirs] = [await here.reader('a').next(), await there.reader('b').next()];
        runner.expect([textsOf(mine), textsOf(theirs)]).toEqual([
          [1, 2, 3],
          [1, 2, 3],
        ]);
        runner.expect(mine.epoch).toBe(theirs.epoch);
      }),
  },
  {
    clause: 'port',
    title: 'an acknowledgement at one node frees at all, and keys hold at all',
    run: (open, options, runner) =>
      joined(open, options, runner, async (here, there) => {
        const reader = here.reader('s');
        await there.put(['m'], { key: 'k' });
        await reader.next();
        reader.handle();
        await reader.next();
        runner.expect(textsOf(await there.reader('other').next())).toEqual([]);
        runner.expect((await there.put(['m'], { key: 'k' }))[0]?.kind).toBe('duplicate');
      }),
  },
  {
    clause: 'port',
    title: 'a node is told of what another appended to a queue that it reads',
    run: (open, options, runner) =>
      joined(open, options, runner, async (here, there) => {
        const told: QueueName[] = [];
        await here.reader('s').next();
        const stop = here.buffer.watch({ appended: (queue) => void told.push(queue) });
        for (let round = 0; round < 20 && told.length === 0; round++) {
          await there.buffer.append([entryOf(round)]);
          await new Promise<void>((done) => void attendedClock.setTimeout(() => done(), 50));
        }
        stop();
        runner.expect(told[0]?.application).toBe('orders');
      }),
  },
  {
    clause: '7.7',
    title: 'a node is told whom another one disconnects, and not whom it disconnects itself',
    run: (open, options, runner) =>
      joined(open, options, runner, async (here, there) => {
        const [mine, theirs]: [string[], string[]] = [[], []];
        const stops = [
          here.buffer.watch({ disconnected: (recipient) => void mine.push(recipient) }),
          there.buffer.watch({ disconnected: (recipient) => void theirs.push(recipient) }),
        ];
        const until = async (isTold: () => boolean): Promise<void> => {
          for (let round = 0; round < 100 && !isTold(); round++)
            await new Promise<void>((done) => void attendedClock.setTimeout(() => done(), 50));
        };
        await here.buffer.announceDisconnect?.('bob');
        await until(() => theirs.length > 0);
        const names = ['alice', 'Łucja \u2028 "x" y', 'alice'];
        for (const [index, name] of names.entries()) {
          await there.buffer.announceDisconnect?.(name);
          await until(() => mine.length > index);
        }
        for (const stop of stops) stop();
        runner.expect([mine, theirs]).toEqual([names, ['bob']]);
      }),
  },
];
