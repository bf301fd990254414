import { describe, expect, it } from 'vitest';
import { createClient } from './support/client.ts';
import { openAdmin, take } from './support/open-admin.ts';

const alice = { kind: 'recipient', name: 'alice' } as const;

describe('looking into the buffer', () => {
  it('shows addresses, their queues and what is in them, and takes nothing out', async () => {
    await using admin = await openAdmin();
    const client = createClient(admin, await admin.signIn('viewer'));
    const { server } = admin;
    for (const n of [1, 2, 3])
      await server.publish('orders', [{ to: { recipients: ['alice'] }, kind: 'direct', type: 'order.changed', data: { n } }]);
    await server.publish('news', [{ to: { everyone: true }, kind: 'direct', type: 'headline', data: 'Hello' }]);

    const before = await server.inspect.buffer.totals();
    const addresses = await client.buffer.addresses.query({});
    expect(addresses.rows.map(({ address, messages }) => ({ address, messages }))).toEqual([
      { address: alice, messages: 3 },
      { address: { kind: 'everyone' }, messages: 1 },
    ]);
    const [queue] = await client.buffer.queues.query({ address: alice });
    expect(queue).toMatchObject({ application: 'orders', messages: 3, parked: 0, bound: { messages: 1000 } });
    const first = await client.buffer.peek.query({ address: alice, application: 'orders', limit: 2 });
    expect(first).toMatchObject({ more: true, rows: [{ position: 1, type: 'order.changed', kind: 'direct' }, { position: 2 }] });
    expect(JSON.stringify(first)).not.toContain('"n"');
    const rest = await client.buffer.peek.query({ address: alice, application: 'orders', after: 2 });
    expect(rest).toMatchObject({ more: false, rows: [{ position: 3 }] });

    expect(await server.inspect.buffer.totals()).toEqual(before);
    const { messages } = await take(server, 'alice', 'orders');
    expect(messages.map((message) => message.id)).toEqual([...first.rows, ...rest.rows].map((row) => row.id));
  });

  it('brings a payload only when asked, cut at 64 Ki characters, with a line of audit that does not hold it', async () => {
    await using admin = await openAdmin();
    const client = createClient(admin, await admin.signIn('viewer'));
    const data = { card: 'secret-4711', text: 'x'.repeat(62_000), list: Array.from({ length: 500 }, () => 0) };
    const { accepted } = await admin.server.publish('orders', [
      { to: { recipients: ['alice'] }, kind: 'direct', type: 't', data },
    ]);
    const id = accepted[0]?.id ?? '';
    const found = await client.message.get.query({ id });
    expect(found.held && found.payload).toMatch(/^\{\n {2}"card": "secret-4711"/);
    expect(found.held && found.payload.length).toBe(65_536);
    expect(found.held && found.cut).toBeGreaterThan(0);
    expect(admin.audit.at(-1)).toMatchObject({
      action: 'inspect-payload',
      name: 'viewer',
      role: 'viewer',
      target: `orders ${id}`,
      result: 'ok',
    });
    expect(JSON.stringify(admin.audit)).not.toContain('secret-4711');
  });

  it('shows fetch instructions, and says why a payload is gone', async () => {
    await using admin = await openAdmin({ applications: { orders: { fetchTargets: ['/api'] } } });
    const client = createClient(admin, await admin.signIn('viewer'));
    const { accepted } = await admin.server.publish('orders', [
      { to: { recipients: ['alice'] }, kind: 'fetch', type: 't', fetch: { href: '/api/orders/1' } },
    ]);
    const id = accepted[0]?.id ?? '';
    expect(await client.message.get.query({ id })).toMatchObject({
      held: true,
      kind: 'fetch',
      payload: '{\n  "href": "/api/orders/1"\n}',
    });
    const { session, cursor } = await take(admin.server, 'alice', 'orders');
    await take(admin.server, 'alice', 'orders', { session, cursor, seq: 1 }).catch(() => undefined);
    expect(await client.message.get.query({ id })).toMatchObject({ held: false });
    expect(await client.message.get.query({ id: 'AAAAAAAAAAA1' })).toMatchObject({ held: false });
  });

  it('shows parked messages apart from waiting ones', async () => {
    await using admin = await openAdmin();
    const client = createClient(admin, await admin.signIn('viewer'));
    const { accepted } = await admin.server.publish(
      'orders',
      [1, 2].map((n) => ({ to: { recipients: ['alice'] }, kind: 'direct' as const, type: 't', data: n })),
    );
    const { session, cursor } = await take(admin.server, 'alice', 'orders');
    await new Promise<void>((resolve) => {
      const failed = [{ id: accepted[0]?.id ?? '', reason: 'handler threw' }];
      admin.server.poll(
        { recipient: 'alice' },
        { session, seq: 1, applications: { orders: { cursor: null, read: cursor } }, failed },
        { answer: () => resolve() },
      );
    });
    const parked = await client.buffer.peek.query({ address: alice, application: 'orders', parked: true });
    expect(parked.rows.map((row) => row.id)).toEqual([accepted[0]?.id]);
    const { status } = await client.message.journey.query({ id: accepted[0]?.id ?? '' });
    expect(status?.state).toBe('parked');
    expect(status?.why).toContain('handler threw');
    expect(await client.message.get.query({ id: accepted[0]?.id ?? '' })).toMatchObject({ held: true, payload: '1' });
  });

  it('goes on behind any position, however long the queue has lived', async () => {
    await using admin = await openAdmin();
    const client = createClient(admin, await admin.signIn('viewer'));
    const peek = client.buffer.peek.query({ address: alice, application: 'orders', after: 2 ** 40 });
    expect(await peek).toMatchObject({ rows: [], more: false });
  });

  it('refuses input that is out of bounds, by name', async () => {
    await using admin = await openAdmin();
    const client = createClient(admin, await admin.signIn('viewer'));
    await expect(client.buffer.addresses.query({ limit: 100_000 })).rejects.toThrow(/limit/);
    await expect(client.buffer.peek.query({ address: alice, application: '../etc' })).rejects.toThrow(/application/);
    await expect(client.buffer.queues.query({ address: { kind: 'nobody' } as never })).rejects.toThrow(/address/);
  });
});
