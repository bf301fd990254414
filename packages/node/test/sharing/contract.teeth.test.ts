/** The message buffer contract catches faults between two processes that share a buffer. */
import { createCollectingRunner, describeMessageBuffer } from '@pollux/core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { joinBuffer } from '../../src/sharing/index.ts';
import { type Faults, openRelay } from './relay.ts';
import { sharedContract, socketFolder } from './support.ts';

const folder = socketFolder();
afterAll(() => folder.remove());

/** Joins by way of a relay with faults. */
async function joinBadly(path: string, faults: Faults) {
  const relayed = folder.nextPath();
  const relay = await openRelay(relayed, path, faults);
  const buffer = await joinBuffer({ path: relayed });
  return {
    ...buffer,
    async close() {
      await buffer.close();
      await relay[Symbol.asyncDispose]();
    },
  };
}

/** The cases that fail, of those whose titles have `only` in them. */
async function failingCases(faults: Faults, only = ''): Promise<readonly string[]> {
  const runner = createCollectingRunner();
  const options = sharedContract(folder.nextPath, ({ path }) => joinBadly(path, faults));
  describeMessageBuffer('collected', runner, options);
  const results = await runner.run({ timeoutMs: 3000, filter: (name) => name.includes(only) });
  return results.filter(({ error }) => error !== undefined).map(({ name }) => name);
}

/** Changes the lines that tell of something. */
const telling = (kind: string, change: (line: readonly unknown[]) => readonly (readonly unknown[])[]): Faults => ({
  fromOwner: () => (line) => (line[0] === 0 && line[1] === kind ? change(line) : [line]),
});

/** 1 and 2, 3 and 4 and so on change places. */
const partnerOf = (number: number): number => (number % 2 === 0 ? number - 1 : number + 1);

/** A fault, and a case that catches it. */
const faults: Readonly<Record<string, readonly [Faults, caughtBy: string]>> = {
  'a wake-up is lost': [telling('appended', () => []), 'a node is told of what another appended to a queue that it reads'],
  'who appends is woken, too': [
    {
      fromOwner: () => (line) =>
        Array.isArray(line[1]) && line[1][0]?.kind === 'stored'
          ? [[0, 'appended', [{ address: { kind: 'recipient', name: 'alice' }, application: 'orders' }]], line]
          : [line],
    },
    'own appends are not told as those of another node',
  ],
  'two answers are crossed': [
    {
      fromOwner:
        () =>
        ([number, ...rest]) => [number === 0 ? [0, ...rest] : [partnerOf(Number(number)), ...rest]],
    },
    'many writers at once: no position twice, none missing, each writer in its order',
  ],
  'a request is asked twice': [
    { toOwner: () => (line) => (line[1] === 'append' ? [line, [1_000_000 + Number(line[0]), ...line.slice(1)]] : [line]) },
    'what was stored is read in order, as it was stored',
  ],
  'entries of one request change places': [
    {
      toOwner: () => (line) =>
        line[1] === 'append' && Array.isArray(line[2]) ? [[line[0], line[1], line[2].toReversed()]] : [line],
    },
    'what was stored is read in order, as it was stored',
  ],
  'a removal is told twice': [
    telling('removed', (line) => [line, line]),
    'watchers are told of every message that left, once, with the reason',
  ],
  'a removal is not told': [telling('removed', () => []), 'watchers are told of an erasure'],
  'who wants nothing is told': [
    { toOwner: () => (line) => (line[1] === 'want' ? [[line[0], 'want', ['acknowledged', 'expired', 'erased']]] : [line]) },
    'watchers are told of every message that left, once, with the reason',
  ],
  'a walk ends early': [
    { toOwner: () => (line) => (line[1] === 'walkOn' ? [[line[0], 'walkOff', line[2]]] : [line]) },
    'what moved keeps epochs, positions and order, so that cursors stand',
  ],
  'an erasure of one application takes all': [
    { toOwner: () => (line) => (line[1] === 'erase' ? [line.slice(0, 3)] : [line]) },
    'erasing an address of one application takes exactly that queue, and its epoch ends',
  ],
};

describe('the contract catches that', () => {
  it('nothing is wrong: no case fails by way of a relay', async () => {
    expect(await failingCases({})).toEqual([]);
  });

  for (const [name, [fault, caughtBy]] of Object.entries(faults)) {
    it(name, async () => {
      // A case that passes without the fault, as was seen above.
      expect(await failingCases(fault, caughtBy)).toHaveLength(1);
    });
  }
});
