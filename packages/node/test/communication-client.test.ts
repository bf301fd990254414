/** The communication client over real sockets: `fetch` of the runtime, node:http, the servlet, the server. */
import { setTimeout as pause } from 'node:timers/promises';
import { type ClientEvent, type CommunicationClientOptions, createCommunicationClient } from '@pollux/core/client';
import { type ClientIdentity, type CommunicationServer, createCommunicationServer, type RequestView } from '@pollux/core/server';
import { createManualClock } from '@pollux/core/testing';
import { expect, it, onTestFinished } from 'vitest';
import { type Listening, listen } from '../src/index.ts';

interface Hub {
  readonly server: CommunicationServer;
  readonly listening: Listening;
  /** Cuts every connection and takes no other, as a dead network does; the server lives on. */
  cut(): Promise<void>;
}

async function openHub(server: CommunicationServer, port = 0): Promise<Hub> {
  const authenticate = (request: RequestView): ClientIdentity | undefined =>
    request.header('authorization') === 'Bearer alice' ? { recipient: 'alice' } : undefined;
  const listening = await listen({ server, port, authenticate });
  const cut = (): Promise<void> =>
    new Promise((resolve) => {
      listening.server.close(() => resolve());
      listening.server.closeAllConnections();
    });
  return { server, listening, cut };
}

const applications = { orders: {}, calls: {} };

/** A client on a manual clock: what it waits for by time passes at once, what it waits for by network takes what it takes. */
function openClient(url: string, more: Partial<CommunicationClientOptions> = {}) {
  const clock = createManualClock(Date.now());
  const events: ClientEvent[] = [];
  const random = { next: () => 0, token: () => '' };
  const client = createCommunicationClient({
    url,
    clock,
    random,
    getToken: () => 'alice',
    observe: (event) => events.push(event),
    ...more,
  });
  onTestFinished(() => client.close());
  const until = async (condition: () => boolean | Promise<boolean>, stepMs = 0): Promise<void> => {
    for (let turn = 0; !(await condition()); turn++) {
      if (turn > 1000) throw new Error(`It never came to pass. ${JSON.stringify(events.slice(-6))}`);
      await clock.advance(stepMs);
      await pause(2);
    }
  };
  return { client, events, until };
}

const messagesIn = async ({ inspect }: CommunicationServer): Promise<number> => (await inspect.buffer.totals()).messages;

function notify(server: CommunicationServer, application: string, data: unknown): void {
  void server.application(application).notify({ recipients: ['alice'] }, { kind: 'direct', type: 'note', data });
}

it('two applications share one poll, and what they handled is freed', async () => {
  const { server, listening } = await openHub(createCommunicationServer({ applications }));
  onTestFinished(() => listening.close({ drainSeconds: 0 }));
  const { client, events, until } = openClient(listening.url);
  const seen: string[] = [];
  for (const name of ['orders', 'calls']) client.application(name).on('note', ({ data }) => void seen.push(`${name} ${data}`));
  await until(() => server.inspect.totals().heldPolls === 1);
  notify(server, 'orders', 1);
  notify(server, 'calls', 2);
  await until(() => seen.length === 2);
  await until(async () => (await messagesIn(server)) === 0);
  await until(() => server.inspect.totals().heldPolls === 1);
  expect(seen.toSorted()).toEqual(['calls 2', 'orders 1']);
  expect(server.inspect.totals().sessions).toBe(1);
  expect(events.filter(({ kind }) => kind === 'request-failed')).toEqual([]);
  await client.close();
  await until(() => server.inspect.totals().sessions === 0);
});

it('goes offline while notifications are published, comes back, and shows each once and in order', async () => {
  const server = createCommunicationServer({ applications });
  const first = await openHub(server);
  const { client, events, until } = openClient(first.listening.url);
  const seen: unknown[] = [];
  client.application('orders').on('note', ({ data }) => void seen.push(data));
  await until(() => server.inspect.totals().heldPolls === 1);
  for (let round = 0, hub = first; round < 3; round++) {
    notify(server, 'orders', round * 10);
    await until(() => seen.length === round * 4 + 1);
    await hub.cut();
    await until(() => client.state === 'waiting');
    for (let number = 1; number < 4; number++) notify(server, 'orders', round * 10 + number);
    await until(() => events.filter(({ kind }) => kind === 'request-failed').length > round * 2, 100);
    hub = await openHub(server, first.listening.port);
    if (round === 2) onTestFinished(() => hub.listening.close({ drainSeconds: 0 }));
    await until(() => client.state === 'connected' && seen.length === round * 4 + 4, 100);
  }
  expect(seen).toEqual([0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23]);
  await until(async () => (await messagesIn(server)) === 0);
  expect(server.inspect.totals().sessions).toBe(1);
});

it('a restarted server, its memory gone, is met with a gap before its first message', async () => {
  const first = await openHub(createCommunicationServer({ applications }));
  const { client, until } = openClient(first.listening.url);
  const log: unknown[] = [];
  const orders = client.application('orders');
  orders.on('note', ({ data }) => void log.push(data));
  orders.onGap(({ losses }) => void log.push(losses.map(({ reason }) => reason).join()));
  await until(() => first.server.inspect.totals().heldPolls === 1);
  notify(first.server, 'orders', 'before');
  await until(() => log.length === 1);
  await first.listening.close({ drainSeconds: 0 });
  const second = await openHub(createCommunicationServer({ applications }), first.listening.port);
  onTestFinished(() => second.listening.close({ drainSeconds: 0 }));
  notify(second.server, 'orders', 'after');
  await until(() => log.length === 3, 100);
  expect(log).toEqual(['before', 'reset', 'after']);
  await until(async () => (await messagesIn(second.server)) === 0);
});

it('a token that is refused is renewed once, and a wrong one leads to nothing but waiting', async () => {
  const { server, listening } = await openHub(createCommunicationServer({ applications }));
  onTestFinished(() => listening.close({ drainSeconds: 0 }));
  const tokens = ['expired', 'alice'];
  const good = openClient(listening.url, { getToken: () => tokens.shift() ?? 'alice' });
  good.client.application('orders');
  await good.until(() => good.client.state === 'connected');
  expect(good.events.filter(({ kind }) => kind === 'request-failed')).toEqual([]);
  const bad = openClient(listening.url, { getToken: () => 'mallory' });
  bad.client.application('orders');
  await bad.until(() => bad.client.state === 'waiting');
  expect(server.inspect.totals().sessions).toBe(1);
});
