import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { deferred, direct, fetchMessage, news, setup } from './harness.ts';

describe('acknowledge', () => {
  it("'received': says so at once, whatever the handler does", async () => {
    const { client, open, answer, poll } = setup();
    const work = deferred();
    client.application('orders', { acknowledge: 'received' }).on('note', () => work.promise);
    await open();
    await answer(news('orders', [direct(1), direct(2)]));
    expect(poll().body.applications['orders']).toEqual({ cursor: 'c2' });
  });

  it("'received': what was received is handled though the application leaves and joins again, once", async () => {
    const { client, clock, open, answer } = setup();
    const seen: unknown[] = [];
    const work = deferred();
    const application = client.application('orders', { acknowledge: 'received' });
    application.on('note', ({ data }) => {
      seen.push(data);
      return work.promise;
    });
    await open();
    await answer(news('orders', [direct(1), direct(2)]));
    application.close();
    client.application('orders');
    work.resolve();
    await clock.advance(100);
    expect(seen).toEqual([1, 2]);
  });

  it("'handled' is the default", async () => {
    const { client, open, answer, poll } = setup();
    client.application('orders').on('note', () => deferred().promise);
    await open();
    await answer(news('orders', [direct(1)]));
    expect(poll().body.applications['orders']).toEqual({ cursor: 'orders0', read: 'c1' });
  });
});

describe('deadline', () => {
  it.each([Number.POSITIVE_INFINITY, 1e9])(
    'of %d s is not over at once, as delays are that no runtime takes',
    async (deadline) => {
      const clock = createManualClock();
      const asRuntimesDo = (callback: () => void, ms: number) => clock.setTimeout(callback, ms > 2_147_483_647 ? 1 : ms);
      const { client, poll, told } = setup({ clock: { ...clock, setTimeout: asRuntimesDo } });
      const work = deferred();
      client.application('orders', { deadline }).on('note', () => work.promise);
      await clock.advance(20);
      poll().answer(200, news('orders', [direct(1)]));
      await clock.advance(60_000);
      expect(told('handler-failed')).toEqual([]);
      work.resolve();
      await clock.advance(0);
      expect(told('handled')).toMatchObject([{ id: 'm1' }]);
    },
  );

  it('ends a handler that hangs, and reports it', async () => {
    const { client, clock, open, answer, told, server } = setup();
    client.application('orders', { deadline: 3 }).on('note', () => deferred().promise);
    await open();
    await answer(news('orders', [direct(1)]));
    await clock.advance(2999);
    expect(told('handler-failed')).toEqual([]);
    await clock.advance(2000);
    expect(told('handler-failed')).toMatchObject([{ id: 'm1', reason: 'not done within 3 s' }]);
    expect(server.sent.at(-1)?.body.failed).toEqual([{ id: 'm1', reason: 'not done within 3 s' }]);
  });
});

describe('check', () => {
  it('keeps what is wrong from the handlers and reports it; the rest goes on', async () => {
    const { client, clock, open, answer, told } = setup();
    const seen: unknown[] = [];
    const check = (_: unknown, data: unknown): string | undefined => (data === 2 ? 'not as agreed' : undefined);
    client.application('orders', { check }).on('note', ({ data }) => void seen.push(data));
    await open();
    await answer(news('orders', [direct(1), direct(2), direct(3)]));
    await clock.advance(2000);
    expect(seen).toEqual([1, 3]);
    expect(told('handler-failed')).toMatchObject([{ id: 'm2', reason: 'not as agreed' }]);
  });

  it('that throws or hangs costs the message, not the application', async () => {
    const { client, clock, open, answer, told } = setup();
    const seen: unknown[] = [];
    const check = (_: unknown, data: unknown): Promise<undefined> | undefined => {
      if (data === 1) throw new Error('broken check');
      return data === 2 ? deferred<undefined>().promise : undefined;
    };
    client.application('orders', { check, deadline: 5 }).on('note', ({ data }) => void seen.push(data));
    await open();
    await answer(news('orders', [direct(1), direct(2), direct(3)]));
    await clock.advance(20_000);
    expect(seen).toEqual([3]);
    expect(told('handler-failed').map(({ reason }) => reason)).toEqual(['Error: broken check', 'not done within 5 s']);
  });

  it('looks at what was fetched', async () => {
    const { client, clock, open, answer, told, server } = setup();
    const data: unknown[] = [];
    const check = (_: unknown, found: unknown): string => {
      data.push(found);
      return 'wrong';
    };
    client
      .application('orders', { check, fetchTargets: ['https://orders.example'] })
      .onFetch('changed', () => data.push('handled'));
    await open();
    await answer(news('orders', [fetchMessage(1, { href: 'https://orders.example/7' })]));
    server.sent.find(({ url }) => url === 'https://orders.example/7')?.answer(200, { total: 'x' });
    await clock.advance(100);
    expect(data).toEqual([{ total: 'x' }]);
    expect(told('handler-failed')).toMatchObject([{ id: 'm1', reason: 'wrong' }]);
  });
});

describe('a contract', () => {
  it('names the targets of its fetches', async () => {
    const { client, clock, open, answer, told, server } = setup();
    const types = {
      changed: { kind: 'fetch', path: 'https://orders.example/api/orders/:id' },
      note: { kind: 'direct' },
    } as const;
    client.application({ name: 'orders', types }).onFetch('changed', () => undefined);
    await open();
    const inside = { href: 'https://orders.example/api/orders/7' };
    await answer(news('orders', [fetchMessage(1, inside), fetchMessage(2, { href: 'https://orders.example/admin' })]));
    expect(server.sent.some(({ url }) => url === inside.href)).toBe(true);
    server.sent.find(({ url }) => url === inside.href)?.answer(200, {});
    await clock.advance(100);
    expect(told('handler-failed')).toMatchObject([{ id: 'm2', reason: 'fetch target not registered' }]);
  });
});
