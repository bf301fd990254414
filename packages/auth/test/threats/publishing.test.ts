/** Publishers that pretend, and instructions that lead elsewhere. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { hrefsElsewhere, hrefsWithin } from './hrefs.ts';
import { held } from './polling.ts';
import { describeThreat } from './threat.ts';

describeThreat({
  id: 'T8',
  title: 'a publisher speaks for another application',
  async attack(target) {
    const note = { to: { recipients: ['alice'] }, kind: 'direct', type: 'note', data: 1 };
    const own = JSON.parse((await target.publish('news', note)).text) as { accepted: { id: string }[] };
    const id = own.accepted[0]?.id;
    const headers = { authorization: `Bearer ${target.keys['orders']}` };
    const attempts = [
      await target.publish('news', note, { headers }),
      await target.publish('news', [note, note], { headers: { ...headers, 'x-application': 'news' } }),
      await target.publish('news', { ...note, application: 'news' }, { headers }),
      await target.send('GET', `/pollux/applications/news/notifications/${id}`, { headers }),
      await target.send('DELETE', `/pollux/applications/news/notifications/${id}`, { headers }),
      await target.send('DELETE', '/pollux/applications/news/recipients/alice', { headers }),
    ];
    expect(attempts.map(({ status }) => status)).toEqual(attempts.map(() => 403));
    // Named in the body, an application is nothing but an unknown member.
    expect((await target.publish('orders', { ...note, application: 'news' })).status).toBe(202);
    // What an own key may do leads to no message of another application.
    for (const method of ['GET', 'DELETE'])
      expect((await target.send(method, `/pollux/applications/orders/notifications/${id}`, { headers })).status).toBe(404);
    expect([await held(target, 'alice', 'news'), await held(target, 'alice', 'orders')]).toEqual([[1], [1]]);
  },
  without: {
    'a key is bound to its applications': {
      servlet: (options) => ({
        ...options,
        authorizePublisher: async (request) =>
          (await options.authorizePublisher?.(request)) ? { applications: ['orders', 'news'] } : undefined,
      }),
    },
    'a message is found by its own application only': {
      server: (server) => ({
        ...server,
        status: (_application, id) => server.status('news', id),
        withdraw: (_application, id) => server.withdraw('news', id),
      }),
    },
  },
});

/** A server on this machine that only counts who comes. */
async function listenForVisits(): Promise<{ readonly href: string; readonly visits: () => number }> {
  let visits = 0;
  const server = createServer((_request, response) => response.end());
  server.on('connection', () => visits++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { href: `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret`, visits: () => visits };
}

const bait = await new Promise<number>((resolve) => {
  // A port that nobody else takes while this file runs, so that it can stand in the settings.
  const server = createServer();
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    server.close(() => resolve(port));
  });
});

describeThreat({
  id: 'T9',
  title: 'the server is made to fetch what a message names',
  setting: { applications: { orders: { fetchTargets: [`http://127.0.0.1:${bait}`] } } },
  async attack(target) {
    let visits = 0;
    const listener = createServer((_request, response) => response.end()).on('connection', () => visits++);
    await new Promise<void>((resolve) => listener.listen(bait, '127.0.0.1', resolve));
    const { href, visits: others } = await listenForVisits();
    try {
      const to = { recipients: ['alice'] };
      const instruction = {
        to,
        kind: 'fetch',
        type: 'order.changed',
        fetch: { href: `http://127.0.0.1:${bait}/orders/7`, version: '1' },
      };
      const published = await target.publish('orders', [instruction, { ...instruction, fetch: { href } }]);
      expect(published.status).toBe(202);
      const { accepted } = JSON.parse(published.text) as { accepted: { id: string }[] };
      const headers = { authorization: `Bearer ${target.keys['orders']}` };
      const path = `/pollux/applications/orders/notifications/${accepted[0]?.id}`;
      expect((await target.send('GET', path, { headers })).status).toBe(200);
      await held(target, 'alice');
      expect((await target.send('DELETE', path, { headers })).status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect([visits, others()]).toEqual([0, 0]);
    } finally {
      listener.closeAllConnections();
      await new Promise((resolve) => listener.close(resolve));
    }
  },
  without: {
    'nothing on the server follows an address': {
      server: (server) => ({
        ...server,
        publish: async (application, notifications, payloads) => {
          const first = (Array.isArray(notifications) ? notifications : [notifications])[0] as { fetch?: { href: string } };
          if (first?.fetch !== undefined) await fetch(first.fetch.href, { method: 'HEAD' }).catch(() => undefined);
          return server.publish(application, notifications, payloads);
        },
      }),
    },
  },
});

describeThreat({
  id: 'T10',
  title: 'an instruction that leads elsewhere is published',
  async attack(target) {
    for (const href of hrefsWithin) {
      const answer = await target.publish('orders', { to: { recipients: ['alice'] }, kind: 'fetch', type: 'x', fetch: { href } });
      expect([href, answer.status]).toEqual([href, 202]);
    }
    for (const href of hrefsElsewhere) {
      const answer = await target.publish('orders', {
        to: { recipients: ['mallory'] },
        kind: 'fetch',
        type: 'x',
        fetch: { href },
      });
      expect([href, answer.status >= 400 && answer.status < 500]).toEqual([href, true]);
    }
    expect(await held(target, 'mallory')).toEqual([]);
  },
  without: {
    'targets are compared letter by letter': {
      modules: {
        'protocol/fetch-target.ts': () => ({
          isFetchAllowed: (href: string) => new URL(href, 'https://orders.example').origin === 'https://orders.example',
        }),
      },
    },
    'targets are compared at all': { modules: { 'protocol/fetch-target.ts': () => ({ isFetchAllowed: () => true }) } },
  },
});
