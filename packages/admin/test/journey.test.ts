import { describe, expect, it } from 'vitest';
import { createJournal } from '../src/journal/journal.ts';
import { createSubscriber } from '../src/live/subscriber.ts';
import { createClient } from './support/client.ts';
import { openAdmin, poll, take } from './support/open-admin.ts';

describe('the life of a message', () => {
  it('is accepted, delivered in a poll, acknowledged and freed, each with its time', async () => {
    await using admin = await openAdmin();
    const client = createClient(admin, await admin.signIn('viewer'));
    const { accepted } = await admin.server.publish('orders', [
      { to: { recipients: ['alice'] }, kind: 'direct', type: 'order.changed', data: 1, topic: 'o-1' },
    ]);
    const id = accepted[0]?.id ?? '';
    expect((await client.message.journey.query({ id })).status).toMatchObject({ state: 'pending', code: 'no-session' });

    const { session, cursor } = await take(admin.server, 'alice', 'orders');
    const delivered = await client.message.journey.query({ id });
    expect(delivered.recorded).toMatchObject({
      deliveries: 1,
      acknowledgements: 0,
      steps: [{ kind: 'delivered', session, recipient: 'alice' }],
    });
    expect(delivered.status).toMatchObject({ state: 'delivered', code: 'not-acknowledged' });

    await poll(admin.server, 'alice', { session, seq: 1, applications: { orders: { cursor } } });
    const over = await client.message.journey.query({ id });
    expect(over.recorded).toMatchObject({
      type: 'order.changed',
      topic: 'o-1',
      message: 'direct',
      deliveries: 1,
      acknowledgements: 1,
      omitted: 0,
    });
    expect(over.recorded?.steps.map((step) => step.kind).sort()).toEqual(['acknowledged', 'delivered', 'removed']);
    expect(over.status?.state).toBe('acknowledged');
    const times = [over.recorded?.acceptedMs ?? 0, ...(over.recorded?.steps ?? []).map((step) => step.atMs)];
    expect(Math.max(...times) - Math.min(...times)).toBeLessThan(5000);
    const stats = await client.stats.snapshot.query();
    expect(stats.deliveryLatency.samples).toBe(1);
    expect(stats.handlingLatency.samples).toBe(1);
  });

  it('ends by withdrawal, with a line of audit', async () => {
    await using admin = await openAdmin();
    const client = createClient(admin, await admin.signIn('operator'));
    const { accepted } = await admin.server.publish('orders', [
      { to: { recipients: ['alice'] }, kind: 'direct', type: 't', data: 1 },
    ]);
    const id = accepted[0]?.id ?? '';
    expect(await client.message.withdraw.mutate({ application: 'orders', id })).toEqual({ outcome: 'withdrawn' });
    expect(await client.message.withdraw.mutate({ application: 'orders', id })).toEqual({ outcome: 'unknown' });
    const { recorded } = await client.message.journey.query({ id });
    expect(recorded?.steps).toMatchObject([{ kind: 'removed', reason: 'withdrawn' }]);
    expect(admin.audit.slice(-2).map(({ action, target, result }) => ({ action, target, result }))).toEqual([
      { action: 'withdraw', target: `orders ${id}`, result: 'withdrawn' },
      { action: 'withdraw', target: `orders ${id}`, result: 'unknown' },
    ]);
  });

  it('ends unread where a newer one of its topic replaced it: nobody acknowledged that', async () => {
    await using admin = await openAdmin();
    const journal = createJournal({ messages: 100, events: 100 });
    admin.server.observe(journal.record);
    const client = createClient(admin, await admin.signIn('viewer'));
    const notification = { to: { recipients: ['alice'] }, kind: 'direct' as const, type: 't', data: 1, topic: 'same' };
    const first = await take(admin.server, 'alice', 'orders');
    const ids: string[] = [];
    for (const _ of [1, 2, 3]) ids.push((await admin.server.publish('orders', [notification])).accepted[0]?.id ?? '');
    const { session, cursor } = await take(admin.server, 'alice', 'orders', { ...first, seq: 1 });
    await poll(admin.server, 'alice', { session, seq: 2, applications: { orders: { cursor } } });
    const lives = await Promise.all(ids.map((id) => client.message.journey.query({ id })));
    expect(lives.map(({ recorded }) => [recorded?.acknowledgements, recorded?.steps.length])).toEqual([
      [0, 1],
      [0, 1],
      [1, 3],
    ]);
    const rows = createSubscriber({ journal, matches: () => true, lastEventId: undefined, backlog: 100 }).take().rows;
    expect(rows.filter((row) => row.kind === 'acknowledged').map((row) => row.count)).toEqual([1]);
    const counted = journal.rates.acknowledged.read(Date.now() + 1000, 60).reduce((sum, count) => sum + count, 0);
    expect(counted).toBe(1);
  });

  it('of a message that nobody knows says so', async () => {
    await using admin = await openAdmin();
    const client = createClient(admin, await admin.signIn('viewer'));
    const found = await client.message.journey.query({ id: 'AAAAAAAAAAA1' });
    expect([found.recorded, found.status]).toEqual([undefined, undefined]);
  });
});

describe('the journal', () => {
  const address = { kind: 'everyone' } as const;
  const accepted = (n: number) =>
    ({
      kind: 'accepted',
      atMs: 1000 + n,
      address,
      application: 'news',
      id: `AAAAAAAAAAA${n.toString(36)}`,
      message: 'direct',
      type: 't',
      bytes: 10,
      urgency: 'normal',
      ttlSeconds: 60,
      waiting: 0,
    }) as const;

  it('keeps the last messages and events only', () => {
    const journal = createJournal({ messages: 100, events: 100 });
    for (let n = 1; n <= 1000; n += 1) journal.record(accepted(n));
    expect([journal.journeys.size, journal.journeys.forgotten, journal.events.size]).toEqual([100, 900, 100]);
    expect(journal.journeys.get(accepted(900).id)).toBeUndefined();
    expect(journal.journeys.get(accepted(901).id)).toBeDefined();
    expect([journal.events.tail, journal.events.head]).toEqual([901, 1000]);
  });

  it('keeps the first and last steps of a message that goes to thousands, and counts the rest', () => {
    const journal = createJournal({ messages: 100, events: 100 });
    const { id } = accepted(1);
    journal.record(accepted(1));
    for (let n = 0; n < 5000; n += 1) {
      const who = { address, application: 'news', session: `s${n}`, recipient: `r${n}` };
      journal.record({ kind: 'delivered', atMs: 2000, ...who, poll: 1, transport: 'long-poll', ids: [id] });
      journal.record({ kind: 'acknowledged', atMs: 2100, ...who, epoch: 'AAAAAAAAAAA', from: 0, to: 1, freed: 0 });
    }
    const journey = journal.journeys.get(id);
    expect([journey?.deliveries, journey?.acknowledgements, journey?.steps.length, journey?.omitted]).toEqual([
      5000, 5000, 32, 9968,
    ]);
  });

  it('looks at no more positions than it can hold, however wide an acknowledgement is', () => {
    const journal = createJournal({ messages: 100, events: 100 });
    const started = performance.now();
    for (let n = 0; n < 100; n += 1) {
      journal.record({
        kind: 'acknowledged',
        atMs: 1,
        address,
        application: 'news',
        session: 's',
        recipient: 'r',
        epoch: 'AAAAAAAAAAA',
        from: 0,
        to: 2 ** 50,
        freed: 0,
      });
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
