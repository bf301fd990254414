/** Groups, everyone, and several recipients: protocol §3.2, §4.8, §5.4. */
import type { WireCase } from '../wire.ts';

export const audiences: readonly WireCase[] = [
  {
    clause: '9.3',
    title: 'several recipients each get their own copy, with an id of its own',
    run: async ({ client, publisher, expect }) => {
      const { accepted } = await publisher().publish({ to: { recipients: ['alice', 'bob', 'carol'] }, data: 'hello' });
      expect(accepted.map((entry) => entry.recipient)).toEqual(['alice', 'bob', 'carol']);
      expect(new Set(accepted.map((entry) => entry.id)).size).toBe(3);
      for (const name of ['alice', 'bob', 'carol']) expect((await client(name).poll()).data('orders')).toEqual(['hello']);
    },
  },
  {
    clause: '9.3',
    title: 'a recipient named twice gets it once',
    run: async ({ client, publisher, expect }) => {
      await publisher().publish({ to: { recipients: ['alice', 'alice', 'alice'] }, data: 1 });
      expect((await client('alice').poll()).data('orders')).toEqual([1]);
    },
  },
  {
    clause: '4.8',
    title: 'everyone who polls gets a message for everyone, once each',
    run: async ({ client, publisher, expect }) => {
      const clients = ['alice', 'bob', 'carol'].map((name) => client(name));
      for (const one of clients) await one.poll();
      await publisher().direct({ everyone: true }, ['all']);
      for (const one of clients) {
        expect((await one.poll()).data('orders')).toEqual(['all']);
        one.handle();
        expect((await one.poll()).status).toBe(204);
      }
    },
  },
  {
    clause: '4.8',
    title: 'a log begins now: what was said to everyone before the first poll is not told',
    run: async ({ client, publisher, expect }) => {
      await publisher().direct({ everyone: true }, ['before']);
      const alice = client('alice');
      const first = await alice.poll();
      expect([first.data('orders'), first.gap('orders')]).toEqual([[], undefined]);
      await publisher().direct({ everyone: true }, ['after']);
      expect((await alice.poll()).data('orders')).toEqual(['after']);
    },
  },
  {
    clause: '4.8',
    title: 'last asks for the newest of a log at the first poll',
    run: async ({ client, publisher, expect }) => {
      await publisher().direct({ everyone: true }, [1, 2, 3, 4, 5]);
      expect((await client('alice').poll({ each: { last: 2 } })).data('orders')).toEqual([4, 5]);
      expect((await client('bob').poll({ each: { last: 100 } })).data('orders')).toEqual([1, 2, 3, 4, 5]);
    },
  },
  {
    clause: '3.4',
    title: 'a broadcast between two first polls is missed by neither',
    run: async ({ client, publisher, expect }) => {
      const alice = client('alice');
      const bob = client('bob');
      await alice.poll();
      await publisher().direct({ everyone: true }, ['one']);
      await bob.poll();
      await publisher().direct({ everyone: true }, ['two']);
      expect((await alice.poll()).data('orders')).toEqual(['one', 'two']);
      expect((await bob.poll()).data('orders')).toEqual(['two']);
    },
  },
  {
    clause: '4.8',
    title: 'a first poll repeated by its session misses no broadcast that came after the first one',
    run: async ({ clientWith, publisher, expect }) => {
      const alice = clientWith('alice', { groups: ['staff'] });
      await alice.poll();
      await publisher().direct({ everyone: true }, ['all']);
      await publisher().direct({ group: 'staff' }, ['staff']);
      alice.set('orders', { cursor: null });
      const polled = await alice.poll({ wait: 20 });
      expect([polled.status, [...polled.data('orders')].sort()]).toEqual([200, ['all', 'staff']]);
      expect(polled.gap('orders')).toBe(undefined);
    },
  },
  {
    clause: '5.4',
    title: "no cursor frees a log: one member's acknowledgement takes nothing from another",
    run: async ({ clientWith, publisher, expect }) => {
      const quick = clientWith('alice', { groups: ['staff'] });
      const slow = clientWith('bob', { groups: ['staff'] });
      await quick.poll();
      await slow.poll();
      await publisher().direct({ group: 'staff' }, [1, 2, 3]);
      expect(await quick.drain('orders')).toEqual([1, 2, 3]);
      expect((await quick.poll()).status).toBe(204);
      const polled = await slow.poll();
      expect([polled.data('orders'), polled.gap('orders')]).toEqual([[1, 2, 3], undefined]);
    },
  },
  {
    clause: '3.2',
    title: "a group's message reaches its members only, and wakes their held polls",
    run: async (wire) => {
      const member = wire.clientWith('alice', { groups: ['staff', 'north'] });
      const other = wire.clientWith('bob', { groups: ['north'] });
      await member.poll();
      await other.poll();
      const held = member.poll({ wait: 20 });
      const waiting = other.poll({ wait: 20 });
      wire.expect(await wire.isPending(Promise.race([held, waiting]))).toBe(true);
      await wire.publisher().direct({ group: 'staff' }, ['staff only']);
      wire.expect((await held).data('orders')).toEqual(['staff only']);
      wire.expect(await wire.isPending(waiting)).toBe(true);
      await wire.publisher().direct({ everyone: true }, ['all']);
      wire.expect((await waiting).data('orders')).toEqual(['all']);
    },
  },
  {
    clause: '3.4',
    title: 'a group joined later is followed from then on, with a new cursor at once',
    run: async ({ clientWith, peer, publisher, pollRaw, expect }) => {
      const alice = clientWith('alice', {});
      const cursor = (await alice.poll()).cursor('orders') ?? '';
      const joined = peer.authorization('alice', { groups: ['staff'] });
      const body = { session: alice.session, seq: 5, wait: 20, applications: { orders: { cursor } } };
      const answer = await pollRaw('alice', body, joined);
      expect(answer.status).toBe(200);
      const next = (answer.json as { readonly applications: { readonly orders: { readonly cursor: string } } }).applications
        .orders.cursor;
      await publisher().direct({ group: 'staff' }, ['for staff']);
      const later = await pollRaw('alice', { ...body, seq: 6, applications: { orders: { cursor: next } } }, joined);
      expect(later.text.includes('"for staff"')).toBe(true);
    },
  },
  {
    clause: '3.2',
    title: 'a group left is followed no more',
    run: async ({ clientWith, publisher, pollRaw, expect }) => {
      const alice = clientWith('alice', { groups: ['staff'] });
      const cursor = (await alice.poll()).cursor('orders') ?? '';
      await publisher().direct({ group: 'staff' }, ['secret']);
      const answer = await pollRaw('alice', { session: alice.session, seq: 5, wait: 0, applications: { orders: { cursor } } });
      expect(answer.text.includes('secret')).toBe(false);
    },
  },
  {
    clause: '3.8',
    title: 'one cursor covers own, group and everyone messages, each in order, none twice',
    run: async ({ clientWith, publisher, expect }) => {
      const alice = clientWith('alice', { groups: ['a', 'b'] });
      await alice.poll();
      const orders = publisher();
      const kinds = [{ recipients: ['alice'] }, { group: 'a' }, { group: 'b' }, { everyone: true as const }];
      for (let round = 0; round < 3; round++) for (const [kind, to] of kinds.entries()) await orders.direct(to, [[kind, round]]);
      const seen = (await alice.drain('orders')) as readonly (readonly [number, number])[];
      expect(seen.length).toBe(12);
      for (const [kind] of kinds.entries())
        expect(seen.filter(([of]) => of === kind).map(([, round]) => round)).toEqual([0, 1, 2]);
      expect((await alice.poll()).status).toBe(204);
    },
  },
  {
    clause: '4.3',
    title: 'the cursor of one message among several queues acknowledges no other queue',
    run: async ({ clientWith, publisher, expect }) => {
      const alice = clientWith('alice', { groups: ['g'] });
      const start = (await alice.poll()).cursor('orders') ?? '';
      await publisher().to('alice', 'own 1', 'own 2');
      await publisher().direct({ group: 'g' }, ['group 1', 'group 2']);
      await publisher().direct({ everyone: true }, ['all 1', 'all 2']);
      const messages = (await alice.poll()).messages('orders');
      const all = messages.map((message) => (message.kind === 'direct' ? message.data : ''));
      for (const [index, message] of [{ cursor: start }, ...messages].entries()) {
        alice.set('orders', { cursor: start, read: message.cursor });
        expect((await alice.poll()).data('orders')).toEqual(all.slice(index));
      }
    },
  },
];
