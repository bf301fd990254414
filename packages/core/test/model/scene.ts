/** A real buffer beside the reference, and the comparison of the two after each command. */
import type { MessageBuffer, Place, QueueName, QueueReading } from '../../src/buffer/message-buffer.ts';
import { parseMessageId } from '../../src/protocol/cursor.ts';
import type { Clock, Random } from '../../src/protocol/environment.ts';
import { defaultLimits, type Limits } from '../../src/protocol/limits.ts';
import { createSeededRandom } from '../simulation/seeded-random.ts';
import { createVirtualTime, type VirtualTime } from '../simulation/virtual-time.ts';
import { createReferenceBuffer, nameOf, type ReferenceBuffer } from './reference-buffer.ts';
import { held, type ReferenceQueue } from './reference-queue.ts';

export interface Scene {
  readonly buffer: MessageBuffer;
  readonly reference: ReferenceBuffer;
  readonly time: VirtualTime;
  readonly limits: Limits;
  /** Removals that the buffer told since the last look, as the reference writes them. */
  readonly told: string[];
  /** Places that each session was given, by queue: what it may come back with. */
  readonly given: Map<string, Place[]>;
  /** Which outcomes, losses and the like have come about, to show that the commands reach them. */
  readonly seen: Set<string>;
  /** Epochs of queues that are no more. */
  readonly formerEpochs: string[];
}

export type OpenBuffer = (options: { readonly limits: Limits; readonly clock: Clock; readonly random: Random }) => MessageBuffer;

/** How soon an expiry that nobody looks at has to be told. */
const sweepMs = 2000;

export function openScene(open: OpenBuffer, bounds: Partial<Limits>, seen: Set<string>): Scene {
  const limits = { ...defaultLimits, ...bounds };
  const time = createVirtualTime();
  const buffer = open({ limits, clock: time.clock(), random: createSeededRandom(1) });
  const reference = createReferenceBuffer(limits);
  const told: string[] = [];
  buffer.watch({
    removed: ({ reason, ids }) => {
      for (const id of ids) {
        const place = parseMessageId(id);
        told.push(`${place?.epoch}/${place?.position}/${reason}`);
      }
    },
  });
  return { buffer, reference, time, limits, told, given: new Map(), seen, formerEpochs: [] };
}

export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

/** A value that memory gives at once; the other kinds of buffer have suites of their own. */
export function now<T>(value: T | PromiseLike<T>): T {
  assert(!(typeof value === 'object' && value !== null && 'then' in value), 'an in-memory buffer answers at once');
  return value as T;
}

/** Brings the reference up to date with a stub that was forgotten, and sees to it that it might be. */
export function noticeForgotten({ buffer, reference, limits, formerEpochs }: Scene, name: QueueName): void {
  const queue = reference.queues.get(nameOf(name));
  if (queue?.epoch === undefined) return;
  const real = now(buffer.inspect.queues(name.address)).find(({ application }) => application === name.application);
  if (real?.epoch === queue.epoch) return;
  const nowMs = reference.now();
  assert(held(queue).length === 0, `${queue.key}: the epoch ended with ${held(queue).length} messages held`);
  assert(!queue.messages.some(({ isParked }) => isParked), `${queue.key}: the epoch ended with a message parked`);
  assert(nowMs - queue.lastUsedMs >= limits.stubSeconds * 1000, `${queue.key}: the stub was forgotten too early`);
  for (const { untilMs } of queue.keys.values()) assert(untilMs <= nowMs, `${queue.key}: a key was forgotten too early`);
  formerEpochs.push(queue.epoch);
  reference.queues.delete(queue.key);
}

/** What must hold after every command. */
export function compare(scene: Scene): void {
  const { buffer, reference, told, limits } = scene;
  for (const removal of told.splice(0)) {
    assert(reference.endings.delete(removal), `the buffer told ${removal}, which the reference did not expect, or twice`);
  }
  for (const [removal, atMs] of reference.endings) {
    const isLate = !removal.endsWith('/expired') || reference.now() - atMs > sweepMs;
    assert(!isLate, `nobody was told of ${removal} within ${sweepMs} ms`);
  }
  const totals = now(buffer.inspect.totals());
  let pending = 0;
  let parked = 0;
  let bytes = 0;
  for (const queue of reference.queues.values()) {
    const ours = measure(queue);
    assert(ours.pending <= limits.queueMessages, `${queue.key} holds more than its bound`);
    assert(ours.bytes <= limits.queueBytes, `${queue.key} holds more bytes than its bound`);
    pending += ours.pending;
    parked += ours.parked;
    bytes += ours.bytes;
  }
  const late = totals.messages + totals.parked - pending - parked;
  const expected = `${pending} and ${parked}, and ${reference.endings.size} expired of late`;
  assert(late === reference.endings.size, `${totals.messages} held and ${totals.parked} parked; expected ${expected}`);
  assert(totals.bytes >= bytes, `${totals.bytes} bytes counted; ${bytes} are held`);
}

function measure({ messages }: ReferenceQueue): { pending: number; parked: number; bytes: number } {
  const sum = { pending: 0, parked: 0, bytes: 0 };
  for (const { ending, isParked, entry } of messages) {
    if (isParked) sum.parked++;
    if (ending !== undefined) continue;
    sum.pending++;
    sum.bytes += entry.size;
  }
  return sum;
}

/** In the end everything has to go by itself. */
export function drain(scene: Scene): void {
  const { time, reference, limits, buffer } = scene;
  const settle = (ms: number): void => {
    time.advance(ms);
    reference.advance(ms);
    compare(scene);
  };
  settle(1000 * (limits.ttlSeconds + limits.keySeconds + limits.stubSeconds) + 2 * sweepMs);
  const totals = now(buffer.inspect.totals());
  assert(
    Object.values(totals).every((value) => value === 0),
    `something stays for ever: ${JSON.stringify(totals)}`,
  );
  settle(sweepMs);
  assert(time.pending === 0, `${time.pending} timers stay for ever`);
}

/** A reading tells the queue's epoch: the first one, or the same as before. */
export function noticeEpoch(scene: Scene, queue: ReferenceQueue, reading: QueueReading): void {
  queue.epoch ??= reading.epoch;
  assert(reading.epoch === queue.epoch, `${queue.key}: the epoch changed from ${queue.epoch} to ${reading.epoch}`);
  assert(!scene.formerEpochs.includes(reading.epoch), `${queue.key}: epoch ${reading.epoch} came back`);
}
