import { createCommunicationServer, createMemoryBuffer } from '@pollux/core/server';
import { describe, expect, it } from 'vitest';
import { openAdmin } from '../support/open-admin.ts';

/** A server with one message, and an admin interface that moves its buffer. */
async function open(): Promise<{ admin: Awaited<ReturnType<typeof openAdmin>>; steps: string[] }> {
  const buffer = createMemoryBuffer();
  const server = createCommunicationServer({ applications: { orders: {} }, buffer });
  await server.application('orders').notify({ recipients: ['alice'] }, { kind: 'direct', type: 't', data: 1 });
  const steps: string[] = [];
  const transfer = {
    buffer,
    seal: () => {
      steps.push('sealed');
      return server.close({ drainSeconds: 0 });
    },
    finished: () => void steps.push('finished'),
  };
  return { admin: await openAdmin({ admin: { server, transfer } }), steps };
}

describe('transfer', () => {
  it.each([
    { role: undefined, status: 401 },
    { role: 'viewer' as const, status: 403 },
    { role: 'operator' as const, status: 403 },
  ])('is refused to $role', async ({ role, status }) => {
    const { admin, steps } = await open();
    await using _ = admin;
    const headers = role === undefined ? {} : { cookie: await admin.signIn(role) };
    for (const path of ['/transfer/export', '/transfer/export?final=true', '/transfer/import']) {
      expect((await admin.send(path, { method: 'POST', headers })).status).toBe(status);
    }
    expect(steps).toEqual([]);
    expect(admin.audit.filter(({ action }) => action === 'export' || action === 'import')).toHaveLength(3);
    expect(admin.audit.at(-1)).toMatchObject({ action: 'import', result: 'refused', role });
  });

  it('hands everything over to an admin, and takes it back elsewhere', async () => {
    const { admin: here, steps } = await open();
    await using _ = here;
    const sent = await here.send('/transfer/export', { method: 'POST', headers: { cookie: await here.signIn('admin') } });
    expect(sent.status).toBe(200);
    expect(sent.headers['content-type']).toBe('application/x-ndjson');
    expect(sent.body.trimEnd().split('\n')).toHaveLength(3);
    expect(steps).toEqual([]);
    expect(here.audit.at(-1)).toMatchObject({ action: 'export', target: 'running', result: 'ok' });

    const buffer = createMemoryBuffer();
    const transfer = { buffer, seal: () => Promise.resolve(), finished: () => {} };
    await using there = await openAdmin({ admin: { transfer } });
    const cookie = await there.signIn('admin');
    const taken = await there.send('/transfer/import', { method: 'POST', headers: { cookie }, body: sent.body });
    expect(JSON.parse(taken.body)).toEqual({ queues: 1, messages: 1, skipped: [] });
    expect(await buffer.inspect.totals()).toMatchObject({ messages: 1 });
  });

  it('finally: seals before the first line, says so after the last', async () => {
    const { admin, steps } = await open();
    await using _ = admin;
    const cookie = await admin.signIn('admin');
    const { body } = await admin.send('/transfer/export?final=true', { method: 'POST', headers: { cookie } });
    expect(body).toContain('"end":true,"queues":1,"messages":1');
    await expect.poll(() => steps).toEqual(['sealed', 'finished']);
  });

  it('refuses a wrong file by a sentence, another method, and forged requests', async () => {
    const { admin } = await open();
    await using _ = admin;
    const cookie = await admin.signIn('admin');
    const wrong = await admin.send('/transfer/import', { method: 'POST', headers: { cookie }, body: '{"x":1}\n' });
    expect([wrong.status, wrong.body]).toEqual([
      400,
      'Line 1 cannot be taken: it is neither head, queue nor foot of an export\n',
    ]);
    expect((await admin.send('/transfer/export', { headers: { cookie } })).status).toBe(405);
    expect((await admin.send('/transfer/else', { method: 'POST', headers: { cookie } })).status).toBe(404);
    const forged = { cookie, origin: 'https://evil.example' };
    expect((await admin.send('/transfer/export?final=true', { method: 'POST', headers: forged })).status).toBe(403);
  });

  it('is not there where the host does not offer it', async () => {
    await using admin = await openAdmin();
    const cookie = await admin.signIn('admin');
    expect((await admin.send('/transfer/export', { method: 'POST', headers: { cookie } })).status).toBe(404);
  });
});
