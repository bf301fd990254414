/** The client against the real communication server and servlet, without sockets, both on one manual clock. */

import { createCommunicationServer, createServlet, type ServerEvent } from '@pollux/core/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ClientEvent, type CommunicationClientOptions, createCommunicationClient } from '../../src/client/index.ts';
import type { Gap } from '../../src/protocol/types.ts';
import { createLoopback } from '../../src/testing/loopback.ts';
import { createManualClock, type ManualClock } from '../../src/testing/manual-clock.ts';

function start(clock: ManualClock) {
  const server = createCommunicationServer({ applications: { orders: {}, calls: {} }, clock });
  const events: ServerEvent[] = [];
  server.observe((event) => events.push(event));
  const servlet = createServlet({ server, authenticate: () => ({ recipient: 'alice' }) });
  const loopback = createLoopback(servlet);
  onTestFinished(() => void server.close({ drainSeconds: 0 }));
  const notify = (application: string, data: unknown): unknown =>
    server.application(application).notify({ recipients: ['alice'] }, { kind: 'direct', type: 'note', data });
  return { server, loopback, events, notify };
}

function setup(options: Partial<CommunicationClientOptions> = {}) {
  const clock = createManualClock();
  let peer = start(clock);
  const events: ClientEvent[] = [];
  const client = createCommunicationClient({
    url: 'http://loopback/pollux',
    fetch: (input, init) => peer.loopback.fetch(input, init),
    clock,
    observe: (event) => events.push(event),
    ...options,
  });
  onTestFinished(() => void client.close());
  return {
    clock,
    client,
    get peer() {
      return peer;
    },
    restart: () => {
      peer = start(clock);
    },
    requests: () => events.filter(({ kind }) => kind === 'request').length,
    pending: async () => (await peer.server.inspect.buffer.totals()).messages,
    goneFor: (reason: string) =>
      peer.events.flatMap((event) => (event.kind === 'removed' && event.reason === reason ? event.ids : [])),
  };
}

describe('with the real server', () => {
  it('two applications share one poll, and acknowledgements free both queues', async () => {
    const { client, clock, peer, pending, requests, goneFor } = setup();
    const seen: string[] = [];
    for (const name of ['orders', 'calls']) client.application(name).on('note', ({ data }) => void seen.push(`${name} ${data}`));
    await clock.advance(0);
    expect(peer.loopback.open).toBe(1);
    peer.notify('orders', 1);
    peer.notify('calls', 2);
    peer.notify('orders', 3);
    await clock.advance(10);
    expect(seen.toSorted()).toEqual(['calls 2', 'orders 1', 'orders 3']);
    expect(await pending()).toBe(0);
    expect(goneFor('acknowledged')).toHaveLength(3);
    const before = requests();
    await clock.advance(60_000);
    expect(requests() - before).toBeLessThanOrEqual(3);
    expect(peer.loopback.open).toBe(1);
  });

  it('what waited before the first poll comes with it, and a slow handler neither blocks nor spins', async () => {
    const { client, clock, peer, pending, requests } = setup();
    for (let number = 1; number <= 3; number++) peer.notify('orders', number);
    const seen: unknown[] = [];
    client.application('orders').on('note', async ({ data }) => {
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 5000));
      seen.push(data);
    });
    client.application('calls').on('note', ({ data }) => void seen.push(data));
    await clock.advance(1000);
    peer.notify('calls', 'call');
    await clock.advance(10);
    expect(seen).toEqual(['call']);
    expect(await pending()).toBe(3);
    await clock.advance(4000);
    await clock.advance(1000);
    expect(await pending()).toBe(2);
    await clock.advance(11_000);
    expect(seen).toEqual(['call', 1, 2, 3]);
    expect(await pending()).toBe(0);
    expect(requests()).toBeLessThan(12);
  });

  it.each([undefined, 'stream', 'short-poll'] as const)(
    'more failures than one poll reports are all parked, and none is acknowledged before (%s)',
    async (mode) => {
      const { client, clock, peer, pending, goneFor, requests } = setup(mode && { mode });
      const gaps: Gap[] = [];
      const orders = client.application('orders', { check: () => 'wrong' });
      orders.on('note', () => undefined);
      orders.onGap((gap) => gaps.push(gap));
      await clock.advance(0);
      for (let number = 1; number <= 350; number++) peer.notify('orders', number);
      await clock.advance(60_000);
      expect(goneFor('parked')).toHaveLength(350);
      expect(goneFor('acknowledged')).toEqual([]);
      expect(await pending()).toBe(0);
      expect(gaps).toEqual([]);
      expect(requests()).toBeLessThan(20);
    },
  );

  it('a failed message is parked by itself, the others are handled', async () => {
    const { client, clock, peer, goneFor } = setup();
    const seen: unknown[] = [];
    client.application('orders').on('note', ({ data }) => {
      if (data === 2) throw new Error('cannot');
      seen.push(data);
    });
    await clock.advance(0);
    for (let number = 1; number <= 3; number++) peer.notify('orders', number);
    await clock.advance(5000);
    expect(seen).toEqual([1, 3]);
    expect(goneFor('parked')).toHaveLength(1);
    expect(goneFor('acknowledged')).toHaveLength(2);
    expect(peer.events.filter(({ kind }) => kind === 'failed')).toMatchObject([{ reason: 'Error: cannot' }]);
  });

  it.each([
    ['long', 'x'.repeat(2000)],
    ['of many bytes', '字'.repeat(200)],
    ['of characters that JSON escapes', '\u001b\ud800'.repeat(100)],
  ])('reports of a hundred failed messages, whose reasons are %s, are no more than a poll may hold', async (_name, reason) => {
    const { client, clock, peer, pending, goneFor } = setup();
    for (let number = 0; number < 99; number++) peer.notify('orders', number);
    client.application('orders', { check: () => reason }).on('note', () => undefined);
    await clock.advance(60_000);
    expect(goneFor('parked')).toHaveLength(99);
    expect(await pending()).toBe(0);
  });

  it('a server that lost everything announces it: the gap comes first, once, though its handler is slow', async () => {
    const setting = setup({ random: { next: () => 0, token: () => '' } });
    const { client, clock, restart, requests } = setting;
    const log: unknown[] = [];
    const orders = client.application('orders');
    orders.on('note', ({ data }) => void log.push(data));
    orders.onGap(async (gap: Gap) => {
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 10_000));
      log.push(gap.losses.map(({ reason }) => reason));
    });
    await clock.advance(0);
    setting.peer.notify('orders', 1);
    await clock.advance(10);
    const old = setting.peer;
    restart();
    setting.peer.notify('orders', 2);
    await old.server.close({ drainSeconds: 0 });
    await clock.advance(5000);
    const before = requests();
    await clock.advance(4000);
    expect(log).toEqual([1]);
    expect(requests() - before).toBeLessThan(3);
    await clock.advance(5000);
    expect(log).toEqual([1, ['reset'], 2]);
    expect(await setting.pending()).toBe(0);
  });

  it('an application that is not registered is refused alone, and an application joins late', async () => {
    const { client, clock, peer } = setup();
    const seen: unknown[] = [];
    const states: unknown[] = [];
    client.application('orders').on('note', ({ data }) => void seen.push(data));
    client.application('nobody').onStatus(({ state }) => states.push(state));
    await clock.advance(0);
    peer.notify('orders', 1);
    await clock.advance(10);
    expect(seen).toEqual([1]);
    expect(states).toEqual(['pending', 'refused']);
    peer.notify('calls', 2);
    client.application('calls').on('note', ({ data }) => void seen.push(data));
    await clock.advance(30);
    expect(seen).toEqual([1, 2]);
  });

  it('says goodbye: the session is gone, and nothing is left open', async () => {
    const { client, clock, peer } = setup();
    client.application('orders');
    await clock.advance(0);
    expect(peer.server.inspect.totals().sessions).toBe(1);
    await client.close();
    expect(peer.server.inspect.totals()).toMatchObject({ sessions: 0, heldPolls: 0 });
    expect(peer.loopback.open).toBe(0);
    expect(peer.events.filter(({ kind }) => kind === 'session-closed')).toMatchObject([{ reason: 'goodbye' }]);
  });

  it('short polls deliver as well', async () => {
    const { client, clock, peer, requests } = setup({ mode: 'short-poll', interval: 3 });
    const seen: unknown[] = [];
    client.application('orders').on('note', ({ data }) => void seen.push(data));
    await clock.advance(0);
    peer.notify('orders', 1);
    await clock.advance(2999);
    expect(seen).toEqual([]);
    await clock.advance(1);
    expect(seen).toEqual([1]);
    expect(peer.loopback.open).toBe(0);
    expect(requests()).toBe(2);
  });
});
