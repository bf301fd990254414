/** Looking without touching, and being told: the port's `inspect` and `watch`. */
import type { Removal } from '../../../buffer/message-buffer.ts';
import { alice, aliceOrders, type BufferCase, everybody, textsOf } from '../scene.ts';

const user = (name: string): { readonly kind: 'recipient'; readonly name: string } => ({ kind: 'recipient', name });

export const inspecting: readonly BufferCase[] = [
  {
    clause: 'port',
    title: 'totals count addresses, queues, messages and bytes',
    run: async ({ buffer, put, expect }) => {
      const before = await buffer.inspect.totals();
      expect([before.addresses, before.queues, before.messages, before.parked]).toEqual([0, 0, 0, 0]);
      await put([1, 2]);
      await put([3], { application: 'calls' });
      await put([4], { address: everybody });
      const after = await buffer.inspect.totals();
      expect([after.addresses, after.queues, after.messages, after.parked]).toEqual([2, 3, 4, 0]);
      expect(after.bytes).toBeGreaterThanOrEqual(400);
    },
  },
  {
    clause: 'port',
    title: 'addresses are listed most messages first, filtered, and in pages',
    run: async ({ buffer, put, expect }) => {
      for (const [name, count] of [
        ['ann', 1],
        ['bob', 3],
        ['bobby', 2],
      ] as const)
        await put(
          Array.from({ length: count }, () => name),
          { address: user(name) },
        );
      const names = async (options: Parameters<typeof buffer.inspect.addresses>[0]): Promise<unknown> => {
        const { rows, total } = await buffer.inspect.addresses(options);
        return [rows.map(({ address, messages }) => [address.kind === 'everyone' ? '' : address.name, messages]), total];
      };
      expect(await names({ limit: 9 })).toEqual([
        [
          ['bob', 3],
          ['bobby', 2],
          ['ann', 1],
        ],
        3,
      ]);
      expect(await names({ limit: 1, after: 1 })).toEqual([[['bobby', 2]], 3]);
      expect(await names({ limit: 9, filter: 'BOB' })).toEqual([
        [
          ['bob', 3],
          ['bobby', 2],
        ],
        2,
      ]);
    },
  },
  {
    clause: 'port',
    title: 'empty addresses are listed on demand',
    run: async ({ buffer, reader, expect }) => {
      await reader('s').next();
      expect((await buffer.inspect.addresses({ limit: 9 })).total).toBe(0);
      expect((await buffer.inspect.addresses({ limit: 9, includeEmpty: true })).total).toBe(1);
    },
  },
  {
    clause: 'port',
    title: 'a queue tells its places, positions and losses',
    limits: { queueMessages: 2 },
    run: async ({ buffer, put, reader, expect }) => {
      const one = reader('s_one');
      const { epoch } = await one.next();
      await put([1, 2, 3], { overflow: 'drop-oldest' });
      const [queue] = await buffer.inspect.queues(alice);
      expect([queue?.epoch, queue?.application, queue?.messages, queue?.bytes, queue?.last]).toEqual([
        epoch,
        'orders',
        2,
        200,
        3,
      ]);
      expect(queue?.sessions).toEqual([{ session: 's_one', handled: 0 }]);
      expect(queue?.losses.map((loss) => [loss.reason, loss.count])).toEqual([['overflow', 1]]);
      expect((queue?.nextExpiryMs ?? 0) > (queue?.oldestAcceptedMs ?? 0)).toBe(true);
    },
  },
  {
    clause: 'port',
    title: 'peeking shows messages by position, in pages, and consumes nothing',
    run: async ({ buffer, put, reader, expect }) => {
      await put([1, 2, 3, 4]);
      const positions = async (options: { readonly after?: number; readonly limit: number }): Promise<readonly number[]> =>
        (await buffer.inspect.peek(aliceOrders, options)).map((message) => message.position);
      expect(await positions({ limit: 2 })).toEqual([1, 2]);
      expect(await positions({ limit: 9, after: 2 })).toEqual([3, 4]);
      expect(await positions({ limit: 9, after: 99 })).toEqual([]);
      expect([...(await buffer.inspect.peek({ address: user('nobody'), application: 'x' }, { limit: 9 }))]).toEqual([]);
      expect(textsOf(await reader('s').next())).toEqual([1, 2, 3, 4]);
      const [found] = await buffer.inspect.queues(alice);
      expect(found?.sessions.length).toBe(1);
    },
  },
  {
    clause: 'port',
    title: 'looking does not prolong, expire or open anything',
    limits: { stubSeconds: 1, keySeconds: 1 },
    run: async ({ buffer, reader, pass, expect }) => {
      await reader('s').next();
      for (let i = 0; i < 4; i++) {
        await pass(1200);
        await buffer.inspect.queues(alice);
        await buffer.inspect.peek(aliceOrders, { limit: 9 });
        await buffer.inspect.queues(user('never was'));
      }
      expect((await buffer.inspect.totals()).queues).toBe(0);
    },
  },
  {
    clause: 'port',
    title: 'watchers are told of every message that left, once, with the reason',
    limits: { queueMessages: 3 },
    run: async ({ buffer, put, putOne, reader, pass, expect }) => {
      const told: Removal[] = [];
      const stop = buffer.watch({ removed: (removal) => void told.push(removal) });
      const one = reader('s');
      const acknowledged = await putOne('acknowledged');
      await one.next();
      one.handle();
      await one.next();
      const collapsed = await putOne('collapsed', { topic: 't' });
      const withdrawn = await putOne('withdrawn', { topic: 't' });
      await buffer.take(withdrawn, { kind: 'withdraw' });
      const purged = await putOne('purged');
      await buffer.take(purged, { kind: 'purge' });
      const parked = await putOne('parked');
      await buffer.take(parked, { kind: 'park', reason: 'x' });
      const expired = await putOne('expired', { ttlSeconds: 1 });
      await pass(1050);
      const dropped = await putOne('dropped');
      await put(['a', 'b', 'c'], { overflow: 'drop-oldest' });
      stop();
      await put(['d'], { overflow: 'drop-oldest' });
      const ids = new Map(told.flatMap((removal) => removal.ids.map((id) => [id, removal.reason] as const)));
      expect([acknowledged, collapsed, withdrawn, purged, parked, expired, dropped].map((id) => ids.get(id))).toEqual([
        'acknowledged',
        'collapsed',
        'withdrawn',
        'purged',
        'parked',
        'expired',
        'overflow',
      ]);
      expect(told.reduce((sum, removal) => sum + removal.ids.length, 0)).toBe(7);
      expect(told.every((removal) => removal.application === 'orders')).toBe(true);
    },
  },
  {
    clause: 'port',
    title: 'watchers are told of an erasure',
    run: async ({ buffer, put, expect }) => {
      const told: Removal[] = [];
      buffer.watch({ removed: (removal) => void told.push(removal) });
      await put([1, 2]);
      await buffer.erase(alice);
      expect(told.map((removal) => [removal.reason, removal.ids.length])).toEqual([['erased', 2]]);
    },
  },
  {
    clause: 'port',
    title: 'a watcher that wants nothing of a reason is told nothing of it',
    run: async ({ buffer, putOne, expect }) => {
      const told: Removal[] = [];
      buffer.watch({ wants: (reason) => reason === 'purged', removed: (removal) => void told.push(removal) });
      await buffer.take(await putOne(1), { kind: 'withdraw' });
      await buffer.take(await putOne(2), { kind: 'purge' });
      expect(told.filter((removal) => removal.reason === 'purged').length).toBe(1);
    },
  },
  {
    clause: 'port',
    title: 'own appends are not told as those of another node',
    run: async ({ buffer, put, expect }) => {
      let told = 0;
      buffer.watch({ appended: () => void told++ });
      await put([1, 2]);
      expect(told).toBe(0);
    },
  },
];
