/** Who may do what: protocol §9.2, §10.4, §11. */
import { problemOf } from '../answer.ts';
import { notification } from '../publisher.ts';
import type { WireCase } from '../wire.ts';

const json = { 'content-type': 'application/json' };

export const authentication: readonly WireCase[] = [
  {
    clause: '11.1',
    title: 'a poll, publish, status, withdrawal, erasure and goodbye without a credential are 401',
    run: async ({ send, expect }) => {
      const requests = [
        ['POST', '/poll', '{"applications":{}}'],
        ['POST', '/applications/orders/notifications', JSON.stringify(notification())],
        ['GET', '/applications/orders/notifications/AAAAAAAAAAA1', undefined],
        ['DELETE', '/applications/orders/notifications/AAAAAAAAAAA1', undefined],
        ['DELETE', '/applications/orders/recipients/alice', undefined],
        ['DELETE', '/session/s_abc', undefined],
      ] as const;
      for (const [method, path, body] of requests) {
        const answer = await send(method, path, { headers: body === undefined ? {} : json, body });
        expect([method, path, answer.status, problemOf(answer).code]).toEqual([method, path, 401, 'unauthenticated']);
      }
    },
  },
  {
    clause: '11.1',
    title: 'a wrong credential is 401, and has no effect',
    run: async ({ send, client, expect }) => {
      for (const authorization of ['Bearer wrong', 'Basic YTpi', 'Bearer', '', 'x'.repeat(4000), 'Bearer test.%7B']) {
        const polled = await send('POST', '/poll', { headers: { ...json, authorization }, body: { applications: {} } });
        const published = await send('POST', '/applications/orders/notifications', {
          headers: { ...json, authorization },
          body: notification(),
        });
        expect([authorization, polled.status, published.status]).toEqual([authorization, 401, 401]);
      }
      expect((await client('alice').poll()).data('orders')).toEqual([]);
    },
  },
  {
    clause: '11.3',
    title: "a client's credential does not publish, a publisher's does not poll",
    run: async ({ send, peer, expect }) => {
      const polled = await send('POST', '/poll', {
        headers: { ...json, ...peer.publisher('orders') },
        body: { applications: {} },
      });
      const published = await send('POST', '/applications/orders/notifications', {
        headers: { ...json, ...peer.authorization('alice') },
        body: notification(),
      });
      expect([polled.status, published.status]).toEqual([401, 401]);
    },
  },
  {
    clause: '9.2',
    title: "a publisher of one application does nothing in another's name",
    run: async ({ send, peer, publisher, client, expect }) => {
      const [id] = await publisher('calls').to('alice', 'kept');
      const headers = { ...json, ...peer.publisher('orders', 'news') };
      const base = '/applications/calls';
      const answers = [
        await send('POST', `${base}/notifications`, { headers, body: notification({ data: 'forged' }) }),
        await send('GET', `${base}/notifications/${id}`, { headers }),
        await send('DELETE', `${base}/notifications/${id}`, { headers }),
        await send('DELETE', `${base}/recipients/alice`, { headers }),
      ];
      for (const answer of answers) expect([answer.status, problemOf(answer).code]).toEqual([403, 'forbidden']);
      expect((await client('alice', 'calls').poll()).data('calls')).toEqual(['kept']);
    },
  },
  {
    clause: '9.2',
    title: 'an application that is not registered is 404 for a publisher who may',
    run: async ({ send, peer, expect }) => {
      for (const name of ['unknown', '__proto__', 'constructor', 'Orders', 'orders ', 'a'.repeat(64)]) {
        const path = `/applications/${encodeURIComponent(name)}/notifications`;
        const answer = await send('POST', path, { headers: { ...json, ...peer.publisher(name) }, body: notification() });
        expect([name, answer.status, problemOf(answer).code]).toEqual([name, 404, 'unknown-application']);
      }
    },
  },
  {
    clause: '10.4',
    title: "another application's notification is as unknown as one that never was",
    run: async ({ publisher, expect }) => {
      const [id] = await publisher('calls').to('alice', 1);
      const orders = publisher('orders');
      for (const [theirs, none] of [
        [await orders.status(id ?? ''), await orders.status('AAAAAAAAAAA1')],
        [await orders.withdraw(id ?? ''), await orders.withdraw('AAAAAAAAAAA1')],
      ] as const) {
        expect([theirs.status, problemOf(theirs).code]).toEqual([404, 'unknown-notification']);
        expect(Object.keys(problemOf(theirs)).sort()).toEqual(Object.keys(problemOf(none)).sort());
      }
      expect((await publisher('calls').status(id ?? '')).status).toBe(200);
    },
  },
  {
    clause: '3.2',
    title: 'a recipient in the body or in headers is ignored',
    run: async ({ pollRaw, publisher, client, expect }) => {
      await publisher().to('alice', 'secret');
      const body = {
        recipient: 'alice',
        to: { recipients: ['alice'] },
        applications: { orders: { cursor: null, recipient: 'alice' } },
      };
      const answer = await pollRaw('mallory', body, {
        'x-recipient': 'alice',
        'x-pollux-recipient': 'alice',
        'x-forwarded-user': 'alice',
      });
      expect([answer.status, answer.text.includes('secret')]).toEqual([200, false]);
      expect((await client('alice').poll()).data('orders')).toEqual(['secret']);
    },
  },
  {
    clause: '3.2',
    title: 'a group in the body is ignored: membership comes from the credential',
    run: async ({ client, publisher, expect }) => {
      const mallory = client('mallory');
      await mallory.poll({ body: { groups: ['staff'] } });
      await publisher().direct({ group: 'staff' }, ['secret']);
      expect((await mallory.poll({ body: { groups: ['staff'] } })).data('orders')).toEqual([]);
    },
  },
];
