/** What a durable buffer costs beside the least that could do it, and beside memory: `npm run bench:buffers [RUNS] [lmdb | shared | redis]`. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describeMachine } from './harness/machine.mjs';
import { spread } from './harness/statistics.mjs';

const runs = Number(process.argv[2] ?? 5);
if (!Number.isInteger(runs) || runs < 1) throw new Error('the number of runs is a whole number of at least 1');
const only = process.argv[3];
const program = fileURLToPath(new URL('buffers/main.mjs', import.meta.url));

/** @typedef {'bare log' | 'bare script' | 'memory' | 'lmdb' | 'shared' | 'redis'} Contender */
/** @typedef {{ id: string, contenders: readonly [Contender, Contender], figures: Readonly<Record<string, string>> }} Measurement */

/** @type {readonly Measurement[]} */
const measurements = [
  {
    id: 'accepted',
    contenders: ['bare log', 'lmdb'],
    figures: {
      perSecond: 'accepted and synced per second, 256 in flight',
      longestStallMs: 'longest stall of the event loop meanwhile, ms',
    },
  },
  {
    id: 'polls',
    contenders: ['memory', 'lmdb'],
    figures: {
      emptyMicroseconds: 'CPU of an empty poll of the buffer, microseconds',
      deliveredMicroseconds: 'CPU of one that acknowledges a message and reads one, microseconds',
    },
  },
  {
    id: 'polled',
    contenders: ['memory', 'lmdb'],
    figures: {
      servedMicroseconds: 'CPU of a whole poll that acknowledges a message and gets one, without the network, microseconds',
    },
  },
  {
    id: 'bytes',
    contenders: ['memory', 'lmdb'],
    figures: {
      messageRss: 'a queued 200-byte message, bytes RSS',
      messageFile: 'a queued 200-byte message, bytes of the file',
      keyRss: 'an idempotency key, bytes RSS',
      keyFile: 'an idempotency key, bytes of the file',
      addressRss: 'an idle address, bytes RSS',
      addressFile: 'an idle address, bytes of the file',
    },
  },
  {
    id: 'accepted',
    contenders: ['lmdb', 'shared'],
    figures: {
      perSecond: 'accepted and synced per second, 256 in flight, by one process that joined',
      ownMicroseconds: 'CPU of the process that accepts for each of them, microseconds',
      storeMicroseconds: 'CPU of the owner for each of them, microseconds',
    },
  },
  {
    id: 'polls',
    contenders: ['lmdb', 'shared'],
    figures: {
      emptyMicroseconds: 'CPU of an empty poll of the buffer, one at a time, microseconds of the process that joined',
      deliveredMicroseconds: 'CPU of one that acknowledges a message and reads one, microseconds of the process that joined',
      storeEmptyMicroseconds: 'CPU of the owner for an empty poll, microseconds',
      storeDeliveredMicroseconds: 'CPU of the owner for one that acknowledges a message and reads one, microseconds',
      lookMicroseconds: 'CPU of a look of a held poll, 200 in a moment, microseconds of the process that joined',
      storeLookMicroseconds: 'CPU of the owner for a look of a held poll, microseconds',
    },
  },
  {
    id: 'accepted',
    contenders: ['bare script', 'redis'],
    figures: {
      perSecond: 'accepted by Redis per second, 256 in flight',
      storeMicroseconds: 'CPU of Redis for each of them, microseconds',
    },
  },
  {
    id: 'polls',
    contenders: ['memory', 'redis'],
    figures: {
      emptyMicroseconds: 'CPU of an empty poll of the buffer, microseconds of the node',
      deliveredMicroseconds: 'CPU of one that acknowledges a message and reads one, microseconds of the node',
      storeEmptyMicroseconds: 'CPU of Redis for an empty poll, microseconds',
      storeDeliveredMicroseconds: 'CPU of Redis for one that acknowledges a message and reads one, microseconds',
      lookMicroseconds: 'CPU of a look of a held poll, 200 in a moment, microseconds of the node',
      storeLookMicroseconds: 'CPU of Redis for a look of a held poll, microseconds',
    },
  },
  {
    id: 'bytes',
    contenders: ['memory', 'redis'],
    figures: {
      messageFile: 'a queued 200-byte message, bytes in Redis',
      keyFile: 'an idempotency key, bytes in Redis',
      addressFile: 'an idle address, bytes in Redis',
    },
  },
];

/** @returns {Promise<Record<string, number>>} */
async function measure(/** @type {string} */ id, /** @type {Contender} */ contender) {
  const directory = await mkdtemp(join(tmpdir(), 'pollux-bench-'));
  try {
    const flags = ['--expose-gc', '--max-semi-space-size=32'];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, program, id, contender, directory]);
    return JSON.parse(stdout);
  } finally {
    await rm(directory, { recursive: true });
  }
}

function text(/** @type {readonly number[]} */ values, /** @type {number} */ digits) {
  const { median, low, high } = spread(values);
  const number = new Intl.NumberFormat('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
  return `${number.format(median)} (${number.format(low)} to ${number.format(high)})`;
}

const { cores, cpu, memoryGiB, system, node } = describeMachine();
process.stdout.write(`${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node.js ${node}, ${runs} runs\n\n`);
process.stdout.write('| what | of, beside | baseline | measured | ratio |\n| --- | --- | ---: | ---: | ---: |\n');
for (const { id, contenders, figures } of measurements) {
  const [baseline, measured] = contenders;
  if (only !== undefined && measured !== only) continue;
  /** @type {[Record<string, number>, Record<string, number>][]} */
  const pairs = [];
  for (let run = 0; run < runs; run++) pairs.push([await measure(id, baseline), await measure(id, measured)]);
  for (const [name, title] of Object.entries(figures)) {
    const bare = pairs.map(([value]) => value[name] ?? Number.NaN);
    const own = pairs.map(([, value]) => value[name] ?? Number.NaN);
    const ratios = own.map((value, run) => value / (bare[run] ?? Number.NaN));
    const digits = Math.min(...own) < 100 ? 2 : 0;
    const hasBaseline = bare.every((value) => value > 0);
    const ratio = hasBaseline ? `${text(ratios, 2)}` : '';
    process.stdout.write(
      `| ${title} | ${measured}, ${baseline} | ${hasBaseline ? text(bare, digits) : ''} | ${text(own, digits)} | ${ratio} |\n`,
    );
  }
}
