import { describe, expect, it } from 'vitest';
import { createClient } from './support/client.ts';
import { openAdmin, poll, take } from './support/open-admin.ts';

describe('injecting', () => {
  const schema = { type: 'object', properties: { order: { type: 'string' } } };

  it('offers what is registered and who is there, and publishes like an application', async () => {
    await using admin = await openAdmin({
      applications: { orders: { title: 'Orders', schemas: { 'order.changed': schema } }, news: {} },
    });
    const client = createClient(admin, await admin.signIn('operator'));
    await poll(admin.server, { recipient: 'alice', groups: ['support'] }, { seq: 0, applications: { orders: { cursor: null } } });
    const offered = await client.inject.schemas.query();
    expect(offered).toMatchObject({
      recipients: ['alice'],
      recipientCount: 1,
      groups: ['support'],
      applications: [
        { name: 'orders', title: 'Orders', schemas: { 'order.changed': schema }, recipients: 1 },
        { name: 'news', recipients: 0 },
      ],
    });
    const answer = await client.inject.send.mutate({
      application: 'orders',
      to: { recipients: ['alice'] },
      kind: 'direct',
      type: 'order.changed',
      data: '{"order":"O-1"}',
      ttl: 60,
    });
    expect(answer).toMatchObject({ grade: 'memory', accepted: [{ recipient: 'alice', ttl: 60 }] });
    const { messages } = await take(admin.server, 'alice', 'orders');
    expect(messages).toMatchObject([{ type: 'order.changed', data: { order: 'O-1' } }]);
    const line = admin.audit.at(-1);
    expect(line).toMatchObject({ action: 'inject', name: 'operator', target: 'orders order.changed to recipient alice' });
    expect(line?.result).toContain(answer.accepted[0]?.id);
    expect(JSON.stringify(admin.audit)).not.toContain('O-1"');
  });

  it('suggests some of very many recipients, and says how many there are', async () => {
    await using admin = await openAdmin();
    const client = createClient(admin, await admin.signIn('operator'));
    for (let n = 0; n < 250; n += 1) await take(admin.server, `r${n}`, n < 5 ? 'orders' : 'news');
    const { recipients, recipientCount, applications } = await client.inject.schemas.query();
    expect([recipients.length, recipientCount]).toEqual([200, 250]);
    expect(applications.map((each) => each.recipients)).toEqual([5, 245]);
  });

  it('takes as much as the server does: a thousand recipients and the largest payload, full of quotes', async () => {
    await using admin = await openAdmin();
    const client = createClient(admin, await admin.signIn('operator'));
    const recipients = Array.from({ length: 1000 }, (_, n) => `${n}`.padStart(100, 'r'));
    const data = JSON.stringify('"'.repeat(30_000));
    const { accepted } = await client.inject.send.mutate({
      application: 'orders',
      to: { recipients },
      kind: 'direct',
      type: 't',
      data,
    });
    expect(accepted).toHaveLength(1000);
  });

  it('hands over what was written, to the last digit, and shows it so', async () => {
    await using admin = await openAdmin();
    const client = createClient(admin, await admin.signIn('operator'));
    const data = '{"id": 12345678901234567890, "list": [1.0, {}, []], "text": "a\\"b, {c"}';
    const base = { application: 'orders', to: { recipients: ['alice'] }, kind: 'direct', type: 't' } as const;
    const { accepted } = await client.inject.send.mutate({ ...base, data });
    const found = await client.message.get.query({ id: accepted[0]?.id ?? '' });
    expect(found).toMatchObject({ kind: 'direct', type: 't' });
    expect(found.held && found.payload.split('\n')).toEqual([
      '{',
      '  "id": 12345678901234567890,',
      '  "list": [',
      '    1.0,',
      '    {},',
      '    []',
      '  ],',
      '  "text": "a\\"b, {c"',
      '}',
    ]);
  });

  it('takes no payload that a publisher could not hand over', async () => {
    await using admin = await openAdmin();
    const client = createClient(admin, await admin.signIn('operator'));
    const base = { application: 'orders', to: { recipients: ['alice'] }, kind: 'direct', type: 't' } as const;
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    const wide = (keys: number) => JSON.stringify(Object.fromEntries(Array.from({ length: keys }, (_, n) => [`k${n}`, n])));
    for (const data of [nested(31), wide(1000)])
      expect((await client.inject.send.mutate({ ...base, data })).accepted).toHaveLength(1);
    for (const data of [nested(32), nested(20_000)])
      await expect(client.inject.send.mutate({ ...base, data })).rejects.toThrow(/levels deep; 31 are allowed/);
    await expect(client.inject.send.mutate({ ...base, data: wide(1001) })).rejects.toThrow(/1001 members; 1000 are allowed/);
    const crowd = { ...base, to: { recipients: Array.from({ length: 1001 }, (_, n) => `r${n}`) }, data: '1' };
    await expect(client.inject.send.mutate(crowd)).rejects.toThrow(/1 to 1000 recipients/);
  });

  it('says what is wrong: unknown application, bad JSON, a refused target, two audiences', async () => {
    await using admin = await openAdmin();
    const client = createClient(admin, await admin.signIn('operator'));
    const base = { application: 'orders', to: { recipients: ['alice'] }, kind: 'direct', type: 't', data: '1' } as const;
    await expect(client.inject.send.mutate({ ...base, application: 'nobody' })).rejects.toMatchObject({
      data: { code: 'NOT_FOUND', problem: { code: 'unknown-application' } },
    });
    await expect(client.inject.send.mutate({ ...base, data: '{"a":' })).rejects.toThrow(/not valid JSON/);
    await expect(
      client.inject.send.mutate({ ...base, to: { recipients: ['a'], everyone: true } as never }),
    ).rejects.toMatchObject({ data: { code: 'BAD_REQUEST' } });
    const refused = await client.inject.send.mutate({
      ...base,
      kind: 'fetch',
      data: undefined,
      fetch: { href: 'https://evil.example/' },
    });
    expect(refused).toMatchObject({ accepted: [], refused: [{ problem: { code: 'fetch-target-not-allowed' } }] });
    expect(admin.audit.map((line) => line.action)).toEqual(['login', 'inject', 'inject', 'inject']);
  });
});

describe('clients', () => {
  it('are filtered, sorted and paged on the server, and disconnected by name', async () => {
    await using admin = await openAdmin();
    const client = createClient(admin, await admin.signIn('operator'));
    for (const name of ['carol', 'alice', 'bob']) await take(admin.server, name, name === 'bob' ? 'news' : 'orders');
    await admin.server.publish('orders', [{ to: { recipients: ['carol'] }, kind: 'direct', type: 't', data: 1 }]);
    const names = async (input: Parameters<typeof client.clients.list.query>[0]) =>
      (await client.clients.list.query(input)).rows.map((row) => row.recipient);
    expect(await names({})).toEqual(['alice', 'bob', 'carol']);
    expect(await names({ descending: true, limit: 2 })).toEqual(['carol', 'bob']);
    expect(await names({ offset: 2, limit: 2 })).toEqual(['carol']);
    expect(await names({ application: 'news' })).toEqual(['bob']);
    expect(await names({ filter: 'ALI' })).toEqual(['alice']);
    expect(await names({ sort: 'pending', descending: true, limit: 1 })).toEqual(['carol']);
    const [row] = (await client.clients.list.query({ filter: 'alice' })).rows;
    expect(await client.clients.get.query({ session: row?.session ?? '' })).toMatchObject({ recipient: 'alice' });
    expect(await client.clients.disconnect.mutate({ recipient: 'alice' })).toEqual({
      recipient: 'alice',
      sessions: 1,
      isToldToAll: true,
    });
    expect(await client.clients.get.query({ session: row?.session ?? '' })).toBeNull();
    expect(admin.audit.at(-1)).toMatchObject({ action: 'disconnect', target: 'recipient alice', result: 'ok, 1 sessions' });
  });
});

describe('routing and stats', () => {
  it('count what was accepted and delivered, by application, kind of address and recipient', async () => {
    await using admin = await openAdmin();
    const client = createClient(admin, await admin.signIn('viewer'));
    const names = ['alice', 'bob', 'carol'];
    for (const name of names) await take(admin.server, name, 'news');
    await admin.server.publish('orders', [{ to: { recipients: ['alice'] }, kind: 'direct', type: 't', data: 1 }]);
    await admin.server.publish('news', [{ to: { everyone: true }, kind: 'direct', type: 't', data: 1 }]);
    for (const name of names) await take(admin.server, name, 'news');
    const graph = await client.routing.graph.query({ recipients: 2 });
    expect(graph.accepted).toEqual([
      { application: 'orders', to: 'recipient', messages: 1 },
      { application: 'news', to: 'everyone', messages: 1 },
    ]);
    expect(graph.waiting).toEqual({ recipient: 1, group: 0, everyone: 1 });
    expect(graph.recipients).toHaveLength(2);
    expect(graph.others).toBe(1);
    expect(graph.partial).toBe(true);
  });

  it('count all deliveries of a message that went to very many, and recipients that have gone', async () => {
    await using admin = await openAdmin();
    const client = createClient(admin, await admin.signIn('viewer'));
    const names = Array.from({ length: 60 }, (_, n) => `r${n}`);
    const places = new Map<string, Awaited<ReturnType<typeof take>>>();
    for (const name of names) places.set(name, await take(admin.server, name, 'news'));
    await admin.server.publish('news', [{ to: { everyone: true }, kind: 'direct', type: 't', data: 1 }]);
    for (const [name, { session, cursor }] of places) await take(admin.server, name, 'news', { session, cursor, seq: 1 });
    for (const name of names) void admin.server.disconnect(name);
    const graph = await client.routing.graph.query({ recipients: 10 });
    expect(graph.delivered.reduce((sum, { messages }) => sum + messages, 0)).toBe(60);
    expect(graph.recipients.map(({ recipient }) => recipient)).not.toContain('');
    expect([graph.recipients.length, graph.others > 0, graph.partial]).toEqual([10, true, true]);
  });

  it('tell totals, rates and applications', async () => {
    await using admin = await openAdmin();
    const client = createClient(admin, await admin.signIn('viewer'));
    await admin.server.publish('orders', [{ to: { recipients: ['alice'] }, kind: 'direct', type: 't', data: 1 }]);
    const stats = await client.stats.snapshot.query();
    expect(stats.tick).toMatchObject({ accepted: 1, bufferMessages: 1, sessions: 0, draining: false, bufferState: 'ok' });
    expect(stats.storage).toEqual({ grade: 'memory', figures: {} });
    expect(stats.history.accepted).toHaveLength(300);
    expect(stats.journal).toMatchObject({ messages: 1, capacity: 10_000 });
    expect(await client.apps.list.query()).toMatchObject([{ name: 'orders', title: 'Orders', accepted: 1 }, { name: 'news' }]);
  });
});
