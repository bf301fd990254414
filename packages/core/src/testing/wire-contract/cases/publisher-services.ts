/** Status, erasure, health, and what else a publisher or operator asks: protocol §10. */
import type { WireCase } from '../wire.ts';

interface Status {
  readonly id: string;
  readonly application: string;
  readonly address: unknown;
  readonly state: string;
  readonly why: string;
  readonly code: string;
  readonly sessions: readonly { readonly recipient: string; readonly state: string }[];
}

export const publisherServices: readonly WireCase[] = [
  {
    clause: '10.1',
    title: 'status tells a message through its life, and why it is where it is',
    run: async ({ client, publisher, expect }) => {
      const orders = publisher();
      const [id = ''] = await orders.to('alice', 1);
      const look = async (): Promise<readonly unknown[]> => {
        const found = (await orders.status(id)).json as Status;
        expect(found.why.length > 0).toBe(true);
        return [found.state, found.code, found.sessions.map((session) => session.state)];
      };
      expect(await look()).toEqual(['pending', 'no-session', []]);
      const other = client('alice', 'calls');
      await other.poll();
      expect(await look()).toEqual(['pending', 'not-polled', ['not-registered']]);
      await other.goodbye();
      const alice = client('alice');
      await alice.poll();
      expect(await look()).toEqual(['delivered', 'not-acknowledged', ['delivered']]);
      alice.handle();
      await alice.poll();
      expect(await look()).toEqual(['acknowledged', 'ended', []]);
    },
  },
  {
    clause: '10.1',
    title: 'status names the message, its application and address',
    run: async ({ publisher, expect }) => {
      const [own = ''] = await publisher().to('a:b/ü', 1);
      const [group = ''] = await publisher().direct({ group: 'staff' }, [1]);
      const [all = ''] = await publisher().direct({ everyone: true }, [1]);
      const addresses = [];
      for (const id of [own, group, all]) {
        const found = (await publisher().status(id)).json as Status;
        expect([found.id, found.application]).toEqual([id, 'orders']);
        addresses.push(found.address);
      }
      expect(addresses).toEqual([{ kind: 'recipient', name: 'a:b/ü' }, { kind: 'group', name: 'staff' }, { kind: 'everyone' }]);
    },
  },
  {
    clause: '10.1',
    title: 'a message that waits for its maxDelay is told so',
    run: async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      const held = alice.poll({ wait: 20, each: { maxDelay: 30 } });
      wire.expect(await wire.isPending(held)).toBe(true);
      const [id = ''] = await wire.publisher().to('alice', 1);
      wire.expect(((await wire.publisher().status(id)).json as Status).code).toBe('waiting-for-max-delay');
      await wire.publisher().publish({ urgency: 'high', data: 2 });
      await held;
    },
  },
  {
    clause: '10.1',
    title: 'an expired message is told as expired',
    run: async ({ publisher, pass, expect }) => {
      const { accepted } = await publisher().publish({ ttl: 1, data: 1 });
      await pass(1100);
      expect(((await publisher().status(accepted[0]?.id ?? '')).json as Status).state).toBe('expired');
    },
  },
  {
    clause: '10.1',
    title: 'asking changes nothing',
    run: async ({ client, publisher, expect }) => {
      const [id = ''] = await publisher().to('alice', 1);
      for (let i = 0; i < 5; i++) await publisher().status(id);
      expect(((await publisher().status(id)).json as Status).state).toBe('pending');
      expect((await client('alice').poll()).data('orders')).toEqual([1]);
    },
  },
  {
    clause: '10.3',
    title: "erasing a recipient takes its messages of this application, and nobody else's",
    run: async ({ client, publisher, expect }) => {
      for (const name of ['orders', 'calls']) for (const to of ['alice', 'bob']) await publisher(name).to(to, 1, 2);
      const answer = await publisher().erase('alice');
      expect([answer.status, answer.json]).toEqual([200, { erased: 2 }]);
      const alice = await client('alice', 'orders', 'calls').poll();
      expect([alice.data('orders'), alice.data('calls')]).toEqual([[], [1, 2]]);
      expect((await client('bob').poll()).data('orders')).toEqual([1, 2]);
    },
  },
  {
    clause: '10.3',
    title: 'erasing nobody erases nothing',
    run: async ({ publisher, expect }) => {
      const answer = await publisher().erase('nobody');
      expect([answer.status, answer.json]).toEqual([200, { erased: 0 }]);
      expect((await publisher().erase('x'.repeat(257))).status).toBe(400);
    },
  },
  {
    clause: '10.3',
    title: 'after an erasure the recipient goes on, told of the reset',
    run: async ({ client, publisher, expect }) => {
      const alice = client('alice');
      await publisher().to('alice', 1);
      await alice.poll();
      alice.handle();
      await publisher().erase('alice');
      await publisher().to('alice', 'new');
      const polled = await alice.poll();
      expect([polled.data('orders'), polled.losses('orders').map(([reason]) => reason)]).toEqual([['new'], ['reset']]);
      alice.handle();
      expect((await alice.poll()).status).toBe(204);
    },
  },
  {
    clause: '10.5',
    title: 'health needs no credential, says ok, and tells nothing else of note',
    run: async ({ client, publisher, send, expect }) => {
      await publisher().to('alice', 'secret');
      await client('alice').poll();
      const answer = await send('GET', '/health');
      expect([answer.status, (answer.json as { readonly status?: unknown }).status]).toEqual([200, 'ok']);
      expect(/alice|secret|orders/.test(answer.text)).toBe(false);
    },
  },
  {
    clause: '10.6',
    title: 'openapi.json needs no credential and describes the poll and the publish',
    run: async ({ send, expect }) => {
      const answer = await send('GET', '/openapi.json');
      expect(answer.status).toBe(200);
      const document = answer.json as { readonly openapi?: string; readonly paths?: Readonly<Record<string, unknown>> };
      expect(document.openapi ?? '').toMatch(/^3\./);
      const paths = Object.keys(document.paths ?? {});
      for (const end of ['/poll', '/notifications', '/health'])
        expect([end, paths.some((path) => path.endsWith(end))]).toEqual([end, true]);
    },
  },
];
