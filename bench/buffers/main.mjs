/**
 * One measurement of one buffer, in a process of its own: `main.mjs MEASUREMENT CONTENDER DIRECTORY [SHARE]`, prints JSON.
 * SHARE is that of the full sizes.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createMemoryBuffer } from '@pollux/core/server';
import { openLmdbBuffer } from '@pollux/lmdb';
import { joinBuffer } from '@pollux/node/sharing';
import { openRedisBuffer } from '@pollux/redis';
import { startRedis } from '@pollux/redis/testing';
import { openBareLog } from './bare-log.mjs';
import { openBareScript } from './bare-script.mjs';
import { entryFor, keyedEntryFor } from './entry.mjs';
import { served } from './served.mjs';

const [measurement = '', contender = '', directory = '', share = '1'] = process.argv.slice(2);
const path = join(directory, 'store');
const inFlight = 256;
const recipients = size(1000);

const socket = join(directory, 'socket');

// As a deployment would have it: with its file, synced once a second.
const redis = ['bare script', 'redis'].includes(contender) ? await startRedis({ appendonly: 'yes' }) : undefined;

const owner = contender === 'shared' ? fork(new URL('owner.mjs', import.meta.url), [path, socket]) : undefined;
if (owner !== undefined) await once(owner, 'message');

async function open() {
  switch (contender) {
    case 'memory':
      return createMemoryBuffer();
    case 'lmdb':
      return openLmdbBuffer({ path });
    case 'shared':
      return joinBuffer({ path: socket });
    case 'redis':
      return openRedisBuffer({ url: redis?.url ?? '' });
    default:
      return undefined;
  }
}

const buffer = await open();
const bare = buffer !== undefined ? undefined : redis === undefined ? await openBareLog(path) : await openBareScript(redis.url);

/** @param {number} full */
function size(full) {
  return Math.ceil(full * Number(share));
}

/** @param {number} n @param {boolean} isKeyed */
async function store(n, isKeyed) {
  const entry = isKeyed ? keyedEntryFor(n % recipients, n) : entryFor(n % recipients);
  if (buffer === undefined) return bare?.append(`${JSON.stringify(entry)}\n`);
  const [outcome] = await buffer.append([entry]);
  if (outcome?.kind !== 'stored') throw new Error(`a message was not stored: ${JSON.stringify(outcome)}`);
}

/** Stores messages, so many at once. @param {number} from @param {number} to @param {boolean} [isKeyed] */
async function storeAll(from, to, isKeyed = false) {
  let next = from;
  const lane = async () => {
    while (next < to) await store(next++, isKeyed);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}

/** @param {number} milliseconds */
const rest = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** CPU so far of the other process that has the messages: Redis, or the owner of the file. */
async function storeMs() {
  if (owner !== undefined) {
    owner.send('cpu');
    const [used] = await once(owner, 'message');
    return Number(used);
  }
  const info = redis === undefined ? '' : String(await redis.ask(['INFO', 'cpu']));
  const seconds = [/used_cpu_sys:([\d.]+)/, /used_cpu_user:([\d.]+)/].map((found) => Number(found.exec(info)?.[1] ?? 0));
  return seconds.reduce((sum, each) => sum + each * 1000, 0);
}

/** Accepted messages for each second, and the longest that the event loop was held up meanwhile. */
async function accepted() {
  const warm = size(20_000);
  const measured = size(200_000);
  await storeAll(0, warm);
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const [beganAt, storeAt, ownAt] = [performance.now(), await storeMs(), cpuMs()];
  await storeAll(warm, warm + measured);
  const seconds = (performance.now() - beganAt) / 1000;
  delays.disable();
  const storeMicroseconds = (((await storeMs()) - storeAt) * 1000) / measured;
  const ownMicroseconds = ((cpuMs() - ownAt) * 1000) / measured;
  return { perSecond: measured / seconds, longestStallMs: delays.max / 1e6, ownMicroseconds, storeMicroseconds };
}

/**
 * CPU of polls of one session for each recipient: of those that find nothing, and of those that acknowledge a message and
 * find the next one. What is stored for them is stored before; all that the buffer writes of it afterwards counts.
 */
async function polls() {
  if (buffer === undefined) throw new Error('the bare log cannot be read');
  const rounds = 40;
  /** @type {(import('@pollux/core/server').Place | undefined)[]} */
  const places = Array.from({ length: recipients });
  const poll = async (/** @type {number} */ n) => {
    const place = places[n];
    const asked = { address: entryFor(n).address, application: 'orders', handled: place, read: place };
    const [reading] = await buffer.exchange({ session: `session-${n}`, queues: [asked], maxBytes: 1, keepMs: 60_000 });
    if (reading === undefined) throw new Error('a poll was not answered');
    places[n] = { epoch: reading.epoch, position: reading.messages.at(-1)?.position ?? reading.last };
    return reading.messages.length;
  };
  // Each reads one message at most, which is read whatever its size.
  const round = async () => {
    let read = 0;
    // In groups, as polls come: a turn of the event loop for each hundred.
    for (let n = 0; n < recipients; n++) {
      read += await poll(n);
      if (n % 100 === 99) await rest(0);
    }
    return read;
  };
  for (let n = 0; n < 10; n++) await round();
  let [from, storeAt] = [cpuMs(), await storeMs()];
  for (let n = 0; n < rounds; n++) await round();
  const emptyMicroseconds = ((cpuMs() - from) * 1000) / (rounds * recipients);
  const storeEmptyMicroseconds = (((await storeMs()) - storeAt) * 1000) / (rounds * recipients);
  const looked = await looks(places);
  // Warm: the first that acknowledge are compiled meanwhile.
  await storeAll(0, 10 * recipients);
  for (let n = 0; n < 10; n++) await round();
  await storeAll(0, rounds * recipients);
  await rest(300);
  [from, storeAt] = [cpuMs(), await storeMs()];
  let read = 0;
  for (let n = 0; n < rounds; n++) read += await round();
  await rest(300);
  if (read !== rounds * recipients) throw new Error(`${read} messages were read, ${rounds * recipients} stored`);
  const deliveredMicroseconds = ((cpuMs() - from) * 1000) / read;
  const storeDeliveredMicroseconds = (((await storeMs()) - storeAt) * 1000) / read;
  return { emptyMicroseconds, deliveredMicroseconds, storeEmptyMicroseconds, storeDeliveredMicroseconds, ...looked };
}

/**
 * CPU of a held poll's look at whether anything came, by 200 in a moment: those of one call, without the rest in between.
 *
 * @param {readonly (import('@pollux/core/server').Place | undefined)[]} places
 */
async function looks(places) {
  const { look } = buffer ?? {};
  if (look === undefined) return {};
  const together = Math.min(200, recipients);
  const rounds = Math.max(5, size(100));
  const [from, storeAt] = [cpuMs(), await storeMs()];
  for (let round = 0; round < rounds; round++) {
    const found = await Promise.all(
      Array.from({ length: together }, (_, index) => {
        const n = (round * together + index) % recipients;
        const { epoch = '', position: last = 0 } = places[n] ?? {};
        return look([{ address: entryFor(n).address, application: 'orders', epoch, last }], 60_000);
      }),
    );
    if (found.includes(true)) throw new Error('a look found what is not there');
  }
  const count = rounds * together;
  const lookMicroseconds = ((cpuMs() - from) * 1000) / count;
  return { lookMicroseconds, storeLookMicroseconds: (((await storeMs()) - storeAt) * 1000) / count };
}

/** Bytes of what is stored outside this process. */
async function stored() {
  if (contender === 'lmdb') return (await stat(path)).size;
  const info = redis === undefined ? '' : String(await redis.ask(['INFO', 'memory']));
  return Number(/used_memory:(\d+)/.exec(info)?.[1] ?? 0);
}

/** Bytes of a queued message, of its idempotency key, and of an address at which nothing waits: of memory, and of the file or of Redis. */
async function bytes() {
  if (buffer === undefined) throw new Error('the bare log keeps nothing in memory');
  const usage = async () => {
    await rest(300);
    globalThis.gc?.();
    await rest(100);
    globalThis.gc?.();
    return { rss: process.memoryUsage().rss, file: await stored() };
  };
  const open = async (/** @type {number} */ from, /** @type {number} */ to) => {
    for (let n = from; n < to; n++) {
      const queues = [{ address: entryFor(n).address, application: 'orders', handled: undefined, read: undefined }];
      await buffer.exchange({ session: 's', queues, maxBytes: 1, keepMs: 1 });
    }
  };
  const addresses = size(50_000);
  const messages = size(200_000);
  await open(0, recipients);
  await storeAll(0, size(20_000));
  const first = await usage();
  await open(recipients, recipients + addresses);
  const second = await usage();
  await storeAll(0, messages);
  const third = await usage();
  await storeAll(0, messages, true);
  const fourth = await usage();
  const messageRss = (third.rss - second.rss) / messages;
  const messageFile = (third.file - second.file) / messages;
  return {
    addressRss: (second.rss - first.rss) / addresses,
    addressFile: (second.file - first.file) / addresses,
    messageRss,
    messageFile,
    keyRss: (fourth.rss - third.rss) / messages - messageRss,
    keyFile: (fourth.file - third.file) / messages - messageFile,
  };
}

async function polled() {
  if (buffer === undefined) throw new Error('the bare log cannot be read');
  return served(buffer, storeAll, recipients, 40);
}

const measurements = { accepted, polls, polled, bytes };
const measure = measurements[/** @type {keyof typeof measurements} */ (measurement)];
if (measure === undefined) throw new Error(`there is no measurement "${measurement}": accepted, polls, polled or bytes`);
const found = await measure();
process.stdout.write(`${JSON.stringify(found)}\n`);
await (buffer ?? bare)?.close();
await redis?.[Symbol.asyncDispose]();
owner?.disconnect();
