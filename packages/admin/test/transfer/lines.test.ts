import { createMemoryBuffer, type MessageBuffer } from '@pollux/core/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkLines, exportLines, importLines, TransferError } from '../../src/index.ts';

const alice = { kind: 'recipient', name: 'alice' } as const;

function put(buffer: MessageBuffer, ...texts: readonly string[]): unknown {
  return buffer.append(
    texts.map((text) => ({
      address: alice,
      application: 'orders',
      members: `"kind":"direct","type":"t","data":${JSON.stringify(text)}`,
      size: 100,
      ttlSeconds: 600,
      urgency: 'normal',
      topic: undefined,
      key: `key-${text}`,
      fingerprint: text,
      overflow: 'reject',
    })),
  );
}

async function textOf(buffer: MessageBuffer): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportLines(buffer.inspect, 1000)) lines.push(line.trimEnd());
  return lines;
}

async function* each(lines: readonly string[]): AsyncGenerator<string, void, void> {
  yield* lines;
}

/** One queue of two messages: head, queue, foot. */
async function sample(): Promise<string[]> {
  const buffer = createMemoryBuffer();
  put(buffer, 'one', 'two');
  return textOf(buffer);
}

function changed(line: string, change: (queue: Record<string, unknown>) => void): string {
  const value = JSON.parse(line) as { queue: Record<string, unknown> };
  change(value.queue);
  return JSON.stringify(value);
}

describe('the lines of an export', () => {
  it('carry everything into another buffer: places, keys, the next position', async () => {
    const lines = await sample();
    const there = createMemoryBuffer();
    expect(await importLines(there, each(lines))).toEqual({ queues: 1, messages: 2, skipped: [] });
    expect((await textOf(there)).slice(1)).toEqual(lines.slice(1));
    expect(put(there, 'two', 'three')).toMatchObject([{ kind: 'duplicate' }, { kind: 'stored', position: 3 }]);
  });

  it('of an empty buffer are head and foot', async () => {
    expect(await textOf(createMemoryBuffer())).toEqual([
      '{"pollux":"buffer","version":1,"atMs":1000}',
      '{"end":true,"queues":0,"messages":0}',
    ]);
  });

  it('taken twice change nothing and say what was left alone', async () => {
    const lines = await sample();
    const there = createMemoryBuffer();
    await importLines(there, each(lines));
    const before = await textOf(there);
    const again = await importLines(there, each(lines));
    expect(again).toEqual({ queues: 0, messages: 0, skipped: [{ address: alice, application: 'orders' }] });
    expect(await textOf(there)).toEqual(before);
  });

  const bad: readonly { readonly what: string; readonly spoil: (lines: string[]) => string[]; readonly says: string }[] = [
    { what: 'a cut-off file', spoil: (lines) => lines.slice(0, -1), says: 'cut off after line 2' },
    { what: 'an empty file', spoil: () => [], says: 'cut off after line 0' },
    { what: 'a missing queue', spoil: ([head = '', , foot = '']) => [head, foot], says: 'tells of 1 queues, 0 were read' },
    { what: 'no head', spoil: (lines) => lines.slice(1), says: 'its first line says something else' },
    { what: 'a second head', spoil: ([head = '', ...rest]) => [head, head, ...rest], says: 'Line 2 is a second head' },
    { what: 'something behind the foot', spoil: (lines) => [...lines, '{}'], says: 'Line 4 follows the end' },
    {
      what: 'a newer version',
      spoil: ([, ...rest]) => ['{"pollux":"buffer","version":2,"atMs":0}', ...rest],
      says: 'has version 2; this program reads up to 1',
    },
    { what: 'half a line', spoil: ([head = '', queue = '']) => [head, queue.slice(0, 40)], says: 'Line 2 is not JSON' },
    {
      what: 'members that are no JSON',
      spoil: ([head = '', queue = '', foot = '']) => [
        head,
        changed(queue, ({ messages }) => Object.assign((messages as object[])[1] ?? {}, { members: '"a":' })),
        foot,
      ],
      says: 'Line 2 cannot be taken: queue.messages.1.members: must be the members of a JSON object',
    },
    {
      what: 'messages out of order',
      spoil: ([head = '', queue = '', foot = '']) => [
        head,
        changed(queue, ({ messages }) => (messages as object[]).reverse()),
        foot,
      ],
      says: 'queue.messages: must stand in the order of their positions',
    },
    {
      what: 'a wrong epoch',
      spoil: ([head = '', queue = '', foot = '']) => [head, changed(queue, (it) => Object.assign(it, { epoch: '../x' })), foot],
      says: 'queue.epoch: must be an epoch',
    },
  ];

  it.each(bad)('$what is refused by a sentence', async ({ spoil, says }) => {
    const lines = spoil(await sample());
    await expect(checkLines(each(lines))).rejects.toThrow(TransferError);
    await expect(checkLines(each(lines))).rejects.toThrow(says);
  });

  it('come slowly, and the buffer fails meanwhile: the import fails, and nothing else does', async () => {
    const lines = await sample();
    const unheard: unknown[] = [];
    const note = (reason: unknown): void => void unheard.push(reason);
    process.on('unhandledRejection', note);
    onTestFinished(() => void process.off('unhandledRejection', note));
    const failing = { ...createMemoryBuffer(), restore: () => Promise.reject(new Error('the disk is full')) };
    async function* slowly(): AsyncGenerator<string, void, void> {
      for (const line of lines) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        yield line;
      }
    }
    await expect(importLines(failing, slowly())).rejects.toThrow('the disk is full');
    expect(unheard).toEqual([]);
  });

  it('ignore members they do not know', async () => {
    const [head = '', queue = '', foot = ''] = await sample();
    const there = createMemoryBuffer();
    const lines = [head, changed(queue, (it) => Object.assign(it, { later: true })), foot];
    expect(await importLines(there, each(lines))).toMatchObject({ queues: 1 });
    expect((await textOf(there))[1]).toBe(queue);
  });
});
