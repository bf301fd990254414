/** Opening a session: protocol §3.4, §4.8, §7.1. */
import { polledOf } from '../answer.ts';
import type { WireCase } from '../wire.ts';

export const sessionOpening: readonly WireCase[] = [
  {
    clause: '3.4',
    title: 'a poll that opens a session is answered at once, however long it would wait',
    run: async ({ client, expect }) => {
      const polled = await client('alice').poll({ wait: 20 });
      expect(polled.status).toBe(200);
      expect(typeof polled.body.session).toBe('string');
    },
  },
  {
    clause: '3.4',
    title: 'the opening answer has a cursor for each application, messages or none',
    run: async ({ client, expect }) => {
      const polled = await client('alice', 'orders', 'calls', 'news').poll();
      expect(Object.keys(polled.body.applications ?? {}).sort()).toEqual(['calls', 'news', 'orders']);
      for (const name of ['orders', 'calls', 'news']) expect(polled.cursor(name) ?? '').toMatch(/^[!-~]{1,4096}$/);
    },
  },
  {
    clause: '3.3',
    title:
      "the opening answer has the recipient's tag: one for all its sessions, another for others, not the name, and said once",
    run: async ({ client, pollRaw, expect }) => {
      const alice = client('alice');
      const tag = (await alice.poll()).body.recipient ?? '';
      expect(tag).toMatch(/^[!-~]{16,256}$/);
      expect(tag.includes('alice')).toBe(false);
      expect((await alice.poll()).body.recipient).toBe(undefined);
      expect((await client('alice').poll()).body.recipient).toBe(tag);
      expect((await client('bob').poll()).body.recipient === tag).toBe(false);
      const empty = polledOf(await pollRaw('alice', { applications: {} }));
      expect([empty.status, empty.body.recipient]).toEqual([200, tag]);
    },
  },
  {
    clause: '7.1',
    title: 'session ids are s_ and at least 128 bits, and never alike',
    run: async ({ client, expect }) => {
      const ids: string[] = [];
      for (let i = 0; i < 8; i++) ids.push((await client('alice').poll()).body.session ?? '');
      for (const id of ids) expect(id).toMatch(/^s_[A-Za-z0-9_-]{22,254}$/);
      expect(new Set(ids).size).toBe(8);
      expect(new Set(ids.map((id) => id.slice(2, 8))).size).toBe(8);
    },
  },
  {
    clause: '3.4',
    title: 'an application named for the first time by a known session is answered at once',
    run: async ({ client, expect }) => {
      const alice = client('alice');
      await alice.poll();
      alice.set('calls', { cursor: null });
      const polled = await alice.poll({ wait: 20 });
      expect(polled.status).toBe(200);
      expect(typeof polled.cursor('calls')).toBe('string');
      expect(polled.section('orders')).toBe(undefined);
    },
  },
  {
    clause: '4.8',
    title: "a recipient's own queue begins at its oldest message",
    run: async ({ client, publisher, expect }) => {
      await publisher().to('alice', 1, 2, 3);
      expect((await client('alice').poll()).data('orders')).toEqual([1, 2, 3]);
    },
  },
  {
    clause: '3.1',
    title: 'a body without a session and seq opens one',
    run: async ({ pollRaw, expect }) => {
      const polled = polledOf(await pollRaw('alice', { applications: { orders: {} } }));
      expect(polled.body.session ?? '').toMatch(/^s_/);
      expect(typeof polled.cursor('orders')).toBe('string');
    },
  },
  {
    clause: '3.1',
    title: 'a poll for no application opens a session, too',
    run: async ({ pollRaw, expect }) => {
      const polled = polledOf(await pollRaw('alice', { applications: {} }));
      expect(polled.status).toBe(200);
      expect(polled.body.session ?? '').toMatch(/^s_/);
      expect(polled.body.applications ?? {}).toEqual({});
    },
  },
  {
    clause: '1.5',
    title: 'unknown members are ignored, at every level',
    run: async ({ pollRaw, publisher, expect }) => {
      await publisher().publish({ data: 1, later: { nested: [1] }, to: { recipients: ['alice'], more: 1 } });
      const polled = polledOf(
        await pollRaw('alice', { v: 1, colour: 'red', applications: { orders: { cursor: null, shape: {} } } }),
      );
      expect(polled.data('orders')).toEqual([1]);
    },
  },
];
