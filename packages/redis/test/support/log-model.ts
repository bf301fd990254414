/** A log at two nodes, told to do what happens to logs; and what who reads it afresh is given, to compare. */
import type { Address } from '@pollux/core';
import type { ExchangeRequest, MessageBuffer, Place } from '@pollux/core/server';
import { createManualClock } from '@pollux/core/testing';
import fc from 'fast-check';
import { openRedisBuffer, type RedisBufferOptions } from '../../src/index.ts';
import { entryOf } from './entries.ts';

export type Step =
  | { readonly kind: 'append'; readonly node: 0 | 1; readonly ttlSeconds: number; readonly topic: string | undefined }
  | { readonly kind: 'take'; readonly node: 0 | 1; readonly which: number; readonly how: 'withdraw' | 'park' | 'purge' }
  | { readonly kind: 'erase'; readonly node: 0 | 1 }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'read'; readonly at: number; readonly newest: number; readonly maxBytes: number };

const node = fc.constantFrom(0 as const, 1 as const);

/** Steps of which every second reads. */
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('append' as const),
        node,
        ttlSeconds: fc.constantFrom(1, 1, 3, 3600),
        topic: fc.constantFrom(undefined, undefined, 'a', 'b'),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('take' as const),
        node,
        which: fc.nat(5),
        how: fc.constantFrom('withdraw' as const, 'park' as const, 'purge' as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('erase' as const), node }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(100, 900, 3000) }) },
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant('read' as const),
        at: fc.integer({ min: -3, max: 12 }),
        newest: fc.nat(3),
        maxBytes: fc.constantFrom(150, 1_000_000),
      }),
    },
  ),
  { minLength: 6, maxLength: 25 },
);

/** A message expires just after it was read. */
export const expiring: Step[] = [
  { kind: 'append', node: 0, ttlSeconds: 1, topic: undefined },
  { kind: 'pass', ms: 900 },
  { kind: 'read', at: 5, newest: 0, maxBytes: 1_000_000 },
  { kind: 'pass', ms: 100 },
  { kind: 'read', at: 5, newest: 0, maxBytes: 1_000_000 },
];

const address: Address = { kind: 'group', name: 'sales' };
/** How long a node may not know what another one took out. */
const staleMs = 251;

let logs = 0;

/** Does the steps at nodes opened by `open`; gives each reading of one, beside that of a sound node that has just come. */
export async function compare(
  open: typeof openRedisBuffer,
  url: string,
  all: readonly Step[],
): Promise<readonly (readonly [followed: unknown, fresh: unknown])[]> {
  const clock = createManualClock();
  const options: RedisBufferOptions = { url, prefix: `log${logs++}:`, clock, limits: { queueMessages: 5 } };
  const nodes = await Promise.all([open(options), open(options)]);
  const [first] = nodes as [MessageBuffer, MessageBuffer];
  const ids: string[] = [];
  const found: (readonly [unknown, unknown])[] = [];
  let epoch = 'AAAAAAAAAAA';
  let last = 0;

  async function read(step: Extract<Step, { kind: 'read' }>): Promise<void> {
    const request = requestOf(step, epoch, last);
    const [followed] = await first.exchange(request);
    const other = await openRedisBuffer(options);
    const [fresh] = await other.exchange(request);
    await other.close();
    if (fresh === undefined || followed === undefined) throw new Error('no reading');
    ({ epoch, last } = fresh);
    found.push([followed, fresh]);
  }

  try {
    for (const [index, step] of all.entries()) {
      if (step.kind === 'pass') await clock.advance(step.ms);
      else if (step.kind === 'read') await read(step);
      else {
        await change(nodes[step.node] as MessageBuffer, step, ids, index);
        if (step.node === 1) await clock.advance(staleMs);
      }
    }
    return found;
  } finally {
    await Promise.all(nodes.map((buffer) => buffer.close()));
  }
}

async function change(
  buffer: MessageBuffer,
  step: Exclude<Step, { kind: 'pass' | 'read' }>,
  ids: string[],
  index: number,
): Promise<void> {
  if (step.kind === 'erase') {
    await buffer.erase(address);
    return;
  }
  if (step.kind === 'append') {
    const { ttlSeconds, topic } = step;
    const entry = entryOf('', `m${index}`, { address, ttlSeconds, topic, overflow: 'drop-oldest' });
    const [outcome] = await buffer.append([entry]);
    if (outcome?.kind === 'stored') ids.unshift(outcome.id);
    return;
  }
  const id = ids[step.which];
  if (id !== undefined) await buffer.take(id, step.how === 'park' ? { kind: 'park', reason: 'x' } : { kind: step.how });
}

/** Reads without a place, at one from another life, or at one from the beginning to beyond the end. */
function requestOf(step: Extract<Step, { kind: 'read' }>, epoch: string, last: number): ExchangeRequest {
  const { at, newest, maxBytes } = step;
  const place = (position: number): Place => ({ epoch, position: Math.max(0, position) });
  const read = at === -3 ? undefined : at === -2 ? { epoch: 'BBBBBBBBBBB', position: 1 } : place(last + 3 - at);
  const queue = { address, application: 'orders', read, handled: undefined, newest };
  return { session: 's', maxBytes, keepMs: 60_000, queues: [queue] };
}
