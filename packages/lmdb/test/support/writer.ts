/**
 * A process that publishes as fast as the disk lets it, and says of each message when it was accepted; made to be killed.
 * It begins by telling what it found: that is how the next one testifies for the one before.
 */
import { writeSync } from 'node:fs';
import { CommunicationError } from '@pollux/core';
import type { AppendEntry } from '@pollux/core/server';
import { openLmdbBuffer, type Store } from '../../src/index.ts';
import { openStore } from '../../src/store.ts';

const [path = '', most = '0', killAt = '', killAtWrite = '0'] = process.argv.slice(2);
const alice = { kind: 'recipient', name: 'alice' } as const;
const inFlight = Number(process.env['POLLUX_IN_FLIGHT'] ?? 64);

const say = (line: string): void => void writeSync(1, `${line}\n`);
const die = (): void => void process.kill(process.pid, 'SIGKILL');

/** The real store, with a sudden end before or after its n-th writing. */
function deadlyStore(file: string): Store {
  const store = openStore(file);
  let writes = 0;
  return {
    ...store,
    async write(changes) {
      writes += 1;
      if (killAt === 'never-but-lie') return void store.write(changes);
      const isLast = writes === Number(killAtWrite);
      if (isLast && killAt === 'before-write') die();
      const done = store.write(changes);
      if (isLast && killAt === 'while-writing') setImmediate(die);
      await done;
      if (isLast && killAt === 'after-write') die();
    },
  };
}

function entryOf(n: number): AppendEntry {
  return {
    address: alice,
    application: 'orders',
    members: `"n":${n},"data":"${'x'.repeat(180)}"`,
    size: 300,
    ttlSeconds: 86_400,
    urgency: 'normal',
    topic: undefined,
    key: `key-${n}`,
    fingerprint: String(n),
    overflow: 'reject',
  };
}

const begun = performance.now();
const limits = { queueMessages: 1_000_000, queueBytes: 1e9, addressBytes: 1e9, bufferBytes: 1e9 };
const buffer = await openLmdbBuffer({ path, limits, open: deadlyStore });
const milliseconds = performance.now() - begun;

const found = await buffer.inspect.peek({ address: alice, application: 'orders' }, { limit: 1_000_000 });
const numbers = found.map(({ members }) => (JSON.parse(`{${members}}`) as { n: number }).n);
const isWhole = numbers.every((n, index) => n === index);
say(JSON.stringify({ ready: { count: numbers.length, isWhole, milliseconds, health: buffer.health?.() } }));

/** Tries until it is accepted; the key makes one message of all tries. */
async function accepted(n: number): Promise<void> {
  for (;;) {
    try {
      const [outcome] = await buffer.append([entryOf(n)]);
      if (outcome?.kind === 'stored' || outcome?.kind === 'duplicate') return;
      throw new TypeError(`not stored: ${JSON.stringify(outcome)}`);
    } catch (error) {
      if (!(error instanceof CommunicationError)) throw error;
      say(`refused ${n} ${error.problem.status}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

let next = numbers.length;
async function publish(): Promise<void> {
  while (next < Number(most)) {
    const n = next++;
    await accepted(n);
    say(`ok ${n}`);
  }
}

await Promise.all(Array.from({ length: inFlight }, publish));
await buffer.close();
say('done');
