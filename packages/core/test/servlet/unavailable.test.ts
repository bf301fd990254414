/** What is answered where the message buffer does not work: protocol §2.10, §10.5, §12. */
import { CommunicationError, problem } from '@pollux/core';
import { createCommunicationServer, createMemoryBuffer, createServlet, type MessageBuffer } from '@pollux/core/server';
import { createLoopback, createManualClock, type Loopback } from '@pollux/core/testing';
import { describe, expect, it } from 'vitest';

interface Scene {
  readonly loopback: Loopback;
  readonly server: ReturnType<typeof createCommunicationServer>;
  ask(method: string, path: string, body?: unknown): Promise<Response>;
}

function createScene(change: (buffer: MessageBuffer) => MessageBuffer = (buffer) => buffer): Scene {
  const clock = createManualClock();
  const buffer = change(createMemoryBuffer({ clock }));
  const server = createCommunicationServer({ applications: { crm: {} }, buffer, clock });
  const loopback = createLoopback(
    createServlet({
      server,
      authenticate: () => ({ recipient: 'alice' }),
      authorizePublisher: () => ({ applications: ['crm'] }),
    }),
  );
  const ask: Scene['ask'] = (method, path, body) =>
    loopback.fetch(`http://loopback/pollux${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  return { loopback, server, ask };
}

describe('a buffer that is closed', () => {
  const id = 'xxxxxxxxxxx1';
  for (const [method, path] of [
    ['GET', `/applications/crm/notifications/${id}`],
    ['DELETE', `/applications/crm/notifications/${id}`],
    ['DELETE', '/applications/crm/recipients/alice'],
  ] as const) {
    it(`has ${method} ${path} told when to try again`, async () => {
      let closed: MessageBuffer | undefined;
      const { ask } = createScene((buffer) => {
        closed = buffer;
        return buffer;
      });
      await closed?.close();
      const answer = await ask(method, path);
      expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toMatchObject([
        503,
        '1',
        { code: 'buffer-unavailable', retryAfter: 1 },
      ]);
    });
  }

  it('has health say when to ask again', async () => {
    const { ask, server } = createScene();
    await server.close();
    const answer = await ask('GET', '/health');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  });
});

describe('a buffer that does not take a failed message out', () => {
  it('has the poll that reports it answered once, and its session goes on', async () => {
    let isAway = false;
    const { ask, server } = createScene((buffer) => ({
      ...buffer,
      find(id) {
        if (isAway) throw new CommunicationError(problem('buffer-unavailable', { retryAfter: 1 }));
        return buffer.find(id);
      },
    }));
    const { session } = (await (await ask('POST', '/poll', { applications: { crm: {} } })).json()) as { session: string };
    const failed = [{ id: 'xxxxxxxxxxx1', reason: 'x' }];
    isAway = true;
    const refused = await ask('POST', '/poll', { session, seq: 1, applications: { crm: {} }, failed });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(server.inspect.session(session)?.heldSinceMs).toBe(undefined);
    isAway = false;
    expect((await ask('POST', '/poll', { session, seq: 2, applications: { crm: {} }, failed })).status).toBe(200);
  });
});

describe('a buffer that does not answer', () => {
  it('has no sessions pile up that nobody was told of', async () => {
    let isAway = true;
    const { ask, server } = createScene((buffer) => ({
      ...buffer,
      exchange: (request) => (isAway ? Promise.reject(new Error('away')) : buffer.exchange(request)),
    }));
    for (let n = 0; n < 20; n++) expect((await ask('POST', '/poll', { applications: { crm: {} } })).status).toBe(503);
    expect(server.inspect.totals().sessions).toBe(0);
    isAway = false;
    expect((await ask('POST', '/poll', { applications: { crm: {} } })).status).toBe(200);
  });

  it('nor of polls that were given up before they were answered', async () => {
    const { ask: _, server } = createScene((buffer) => ({ ...buffer, exchange: () => new Promise<never>(() => undefined) }));
    const held = server.poll({ recipient: 'alice' }, { applications: { crm: { cursor: null } } }, { answer: () => undefined });
    held?.cancel();
    const stream = {
      open: () => undefined,
      refuse: () => undefined,
      answer: () => undefined,
      beat: () => undefined,
      end: () => undefined,
      cut: () => undefined,
      buffered: 0,
      onDrain: undefined,
    };
    server.stream({ recipient: 'alice' }, { applications: { crm: { cursor: null } } }, stream, { isAnonymous: false })?.cancel();
    expect(server.inspect.totals().sessions).toBe(0);
  });
});
