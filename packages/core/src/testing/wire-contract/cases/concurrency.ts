/** Many at once, and the orderly end: protocol §3.8, §3.10, §10.5. */
import type { WireCase } from '../wire.ts';

export const concurrency: readonly WireCase[] = [
  {
    clause: '3.8',
    title: 'many publishers and one polling client: nothing lost, doubled, or out of order',
    run: async (wire) => {
      const alice = wire.client('alice', 'orders', 'calls');
      await alice.poll();
      const writers = ['orders', 'calls'].flatMap((name) =>
        [0, 1, 2].map(async (writer) => {
          for (let n = 0; n < 20; n++) await wire.publisher(name).to('alice', [writer, n]);
        }),
      );
      const seen: Record<string, (readonly [number, number])[]> = { orders: [], calls: [] };
      const done = Promise.all(writers);
      for (let count = 0; count < 120; ) {
        const polled = await alice.poll({ wait: 1 });
        alice.handle();
        for (const name of ['orders', 'calls']) seen[name]?.push(...(polled.data(name) as (readonly [number, number])[]));
        count = (seen['orders']?.length ?? 0) + (seen['calls']?.length ?? 0);
        await wire.settle();
      }
      await done;
      for (const name of ['orders', 'calls']) {
        for (const writer of [0, 1, 2]) {
          const mine = (seen[name] ?? []).filter(([of]) => of === writer).map(([, n]) => n);
          wire.expect(mine).toEqual(Array.from({ length: 20 }, (_, n) => n));
        }
      }
    },
  },
  {
    clause: '3.2',
    title: 'twenty recipients at once each get exactly their own',
    run: async (wire) => {
      const names = Array.from({ length: 20 }, (_, n) => `user ${n}`);
      const clients = names.map((name) => wire.client(name));
      await Promise.all(clients.map((one) => one.poll()));
      const held = clients.map((one) => one.poll({ wait: 20 }));
      wire.expect(await wire.isPending(Promise.race(held))).toBe(true);
      await Promise.all(names.map((name) => wire.publisher().to(name, name)));
      const got = await Promise.all(held);
      wire.expect(got.map((polled) => polled.data('orders'))).toEqual(names.map((name) => [name]));
    },
  },
  {
    clause: '3.10',
    title: 'a hundred polls cut by their client lose nothing',
    run: async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      const before = alice.state('orders');
      for (let n = 0; n < 100; n++) {
        const cut = new AbortController();
        const poll = alice.send({ wait: 20, signal: cut.signal }).catch(() => undefined);
        if (n % 5 === 0) await wire.publisher().to('alice', n / 5);
        cut.abort();
        await poll;
        alice.set('orders', before);
      }
      wire.expect(await alice.drain('orders')).toEqual(Array.from({ length: 20 }, (_, n) => n));
    },
  },
  {
    clause: '8.5',
    title: 'a graceful end answers held polls whole, with when to come back',
    run: async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      const held = alice.send({ wait: 20 });
      wire.expect(await wire.isPending(held)).toBe(true);
      const closing = wire.peer.close();
      await wire.pass(50);
      const answer = await held;
      wire.expect([200, 503].includes(answer.status)).toBe(true);
      const body = answer.json as { readonly advice?: { readonly drain?: number }; readonly retryAfter?: number };
      wire.expect((body.advice?.drain ?? body.retryAfter ?? -1) >= 0).toBe(true);
      await closing;
    },
  },
];
