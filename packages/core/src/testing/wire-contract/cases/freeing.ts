/** Freeing by several sessions: protocol §5.2, §5.4 to §5.6. */
import type { WireClient } from '../client.ts';
import type { Wire, WireCase } from '../wire.ts';
import { isFreed, stateOf } from './acknowledgement.ts';

/** Two open sessions of alice that have received nothing yet. */
async function two(wire: Wire): Promise<readonly [WireClient, WireClient]> {
  const pair = [wire.client('alice'), wire.client('alice')] as const;
  for (const client of pair) await client.poll();
  return pair;
}

async function take(client: WireClient): Promise<readonly unknown[]> {
  const { data } = await client.poll();
  client.handle();
  await client.poll();
  return data('orders');
}

export const freeing: readonly WireCase[] = [
  {
    clause: '5.2',
    title: 'every session of a recipient gets every message',
    run: async (wire) => {
      const [first, second] = await two(wire);
      await wire.publisher().to('alice', 1, 2);
      wire.expect(await take(first)).toEqual([1, 2]);
      wire.expect(await take(second)).toEqual([1, 2]);
    },
  },
  {
    clause: '5.2',
    title: 'a queue is freed up to the lowest cursor of its sessions',
    run: async (wire) => {
      const [first, second] = await two(wire);
      const [id] = await wire.publisher().to('alice', 1);
      await take(first);
      wire.expect(await isFreed(wire, id)).toBe(false);
      await take(second);
      wire.expect(await isFreed(wire, id)).toBe(true);
    },
  },
  {
    clause: '5.2',
    title: 'a session that said goodbye holds nothing back',
    run: async (wire) => {
      const [first, second] = await two(wire);
      const [id] = await wire.publisher().to('alice', 1);
      await second.goodbye();
      await take(first);
      wire.expect(await isFreed(wire, id)).toBe(true);
    },
  },
  {
    clause: '5.2',
    title: 'a session that fell silent holds nothing back after its lifetime',
    options: { limits: { sessionSeconds: 1 } },
    run: async (wire) => {
      const [first] = await two(wire);
      const [id] = await wire.publisher().to('alice', 1);
      await wire.pass(1200);
      await take(first);
      wire.expect(await isFreed(wire, id)).toBe(true);
    },
  },
  {
    clause: '5.2',
    title: 'where no session names the application, its messages wait',
    run: async (wire) => {
      const alice = wire.client('alice', 'calls');
      await alice.poll();
      const [id] = await wire.publisher().to('alice', 1);
      await alice.poll();
      wire.expect(await stateOf(wire, id)).toBe('pending');
    },
  },
  {
    clause: '5.5',
    title: 'a session that returns behind what others freed is told so',
    options: { limits: { sessionSeconds: 1 } },
    run: async (wire) => {
      const [first, second] = await two(wire);
      await wire.publisher().to('alice', 1, 2, 3);
      await wire.pass(1200);
      wire.expect(await take(first)).toEqual([1, 2, 3]);
      await wire.publisher().to('alice', 4);
      const polled = await second.poll();
      wire.expect(polled.losses('orders')).toEqual([['acknowledged', 3]]);
      wire.expect(polled.data('orders')).toEqual([4]);
    },
  },
  {
    clause: '5.4',
    title: 'an inbox is freed by no cursor',
    options: { applications: { inbox: { retain: 'ttl' } } },
    run: async (wire) => {
      const [id] = await wire.publisher('inbox').to('alice', 1, 2);
      const alice = wire.client('alice', 'inbox');
      wire.expect((await alice.poll()).data('inbox')).toEqual([1, 2]);
      alice.handle();
      wire.expect((await alice.poll()).status).toBe(204);
      wire.expect((await stateOf(wire, id, 'inbox')) === 'unknown').toBe(false);
      wire.expect((await wire.client('alice', 'inbox').poll()).data('inbox')).toEqual([1, 2]);
    },
  },
  {
    clause: '5.6',
    title: 'at the bound what one session acknowledged is freed, and those behind it are told',
    options: { limits: { queueMessages: 3 } },
    run: async (wire) => {
      const [first, second] = await two(wire);
      await wire.publisher().to('alice', 1, 2, 3);
      wire.expect(await take(first)).toEqual([1, 2, 3]);
      wire
        .expect((await wire.publisher().send([{ to: { recipients: ['alice'] }, kind: 'direct', type: 't', data: 4 }])).status)
        .toBe(202);
      const polled = await second.poll();
      const [loss] = polled.losses('orders');
      wire.expect(loss?.[0]).toBe('overflow');
      wire.expect((loss?.[1] ?? 0) + polled.data('orders').length).toBe(4);
      wire.expect(polled.data('orders').at(-1)).toBe(4);
      wire.expect((await first.poll()).data('orders')).toEqual([4]);
    },
  },
  {
    clause: '5.2',
    title: 'a new session sees what is still held, and holds it back from then on',
    run: async (wire) => {
      const first = wire.client('alice');
      await first.poll();
      const ids = await wire.publisher().to('alice', 1, 2);
      await first.poll();
      const late = wire.client('alice');
      wire.expect((await late.poll()).data('orders')).toEqual([1, 2]);
      first.handle();
      await first.poll();
      wire.expect(await isFreed(wire, ids[0])).toBe(false);
      late.handle();
      await late.poll();
      wire.expect(await isFreed(wire, ids[0])).toBe(true);
    },
  },
];
