import { describe, expect, it } from 'vitest';
import { deferred, direct, news, setup } from './harness.ts';

describe('the first poll', () => {
  it('waits for an application, and names all that join in the same turn', async () => {
    const { client, clock, poll, server } = setup();
    client.start();
    await clock.advance(1000);
    expect(server.sent).toHaveLength(0);
    expect(client.state).toBe('idle');
    client.application('orders', { maxDelay: 5, last: 3 });
    client.application('calls');
    await clock.advance(0);
    expect(server.sent).toHaveLength(1);
    expect(poll().url).toBe('https://hub.example/pollux/poll');
    expect(poll().body).toEqual({
      v: 1,
      seq: 0,
      wait: 0,
      applications: { orders: { cursor: null, maxDelay: 5, last: 3 }, calls: { cursor: null } },
    });
    expect(client.state).toBe('connecting');
  });

  it('is a POST that nothing may cache, redirect or decorate with cookies', async () => {
    const { client, clock, poll } = setup({ getToken: () => 'abc' });
    client.application('orders');
    await clock.advance(0);
    expect(poll().init).toMatchObject({ method: 'POST', cache: 'no-store', redirect: 'error', credentials: 'omit' });
    expect(poll().header('authorization')).toBe('Bearer abc');
    expect(poll().header('content-type')).toBe('application/json');
    expect(poll().url).not.toContain('abc');
  });

  it('sends cookies to its own origin where there is no token', async () => {
    const { client, clock, poll } = setup({ url: '/pollux/' });
    client.application('orders');
    await clock.advance(0);
    expect(poll().url).toBe('/pollux/poll');
    expect(poll().init.credentials).toBe('same-origin');
    expect(poll().header('authorization')).toBeNull();
  });
});

describe('the loop', () => {
  it('follows an answer at once with a held poll of the same session, each one with a higher number', async () => {
    const { client, open, answer, poll } = setup();
    client.application('orders').on('note', () => undefined);
    await open();
    expect(poll().body).toEqual({ v: 1, session: 's_1', seq: 1, wait: 25, applications: { orders: { cursor: 'orders0' } } });
    expect(client.state).toBe('connected');
    await answer(news('orders', [direct(1), direct(2)]));
    expect(poll().body).toMatchObject({ seq: 2, applications: { orders: { cursor: 'c2' } } });
  });

  it('keeps its cursors through a 204', async () => {
    const { client, clock, open, poll } = setup();
    client.application('orders');
    await open();
    await clock.advance(24_000);
    poll().answer(204);
    await clock.settle();
    expect(poll().body).toMatchObject({ session: 's_1', seq: 2, applications: { orders: { cursor: 'orders0' } } });
  });

  it('has one request in flight, whatever happens', async () => {
    const { client, clock, open, answer, server } = setup();
    const application = client.application('orders');
    application.on('note', () => undefined);
    await open();
    for (let number = 1; number < 20; number++) {
      client.application(`late-${number}`);
      client.start();
      await clock.advance(number % 2 === 0 ? 50 : 5);
      expect(server.open).toHaveLength(1);
      await answer(news('orders', [direct(number)]));
      expect(server.open).toHaveLength(1);
    }
  });

  it('polls at once where more is waiting, even between short polls', async () => {
    const { client, clock, open, answer, poll } = setup({ mode: 'short-poll', interval: 30 });
    client.application('orders').on('note', () => undefined);
    await open();
    expect(() => poll()).toThrow('0 polls');
    await clock.advance(30_000);
    await answer({ ...news('orders', [direct(1)]), more: true });
    await answer({ ...news('orders', [direct(2)]), more: true });
    await answer(news('orders', [direct(3)]));
    expect(() => poll()).toThrow('0 polls');
    await clock.advance(30_000);
    expect(poll().body).toMatchObject({ wait: 0, applications: { orders: { cursor: 'c3' } } });
  });
});

describe('an application that joins while a poll is held', () => {
  it('replaces it; those that join shortly after each other share the new one', async () => {
    const { client, clock, open, poll, server } = setup();
    client.application('orders');
    await open();
    const held = poll();
    client.application('calls');
    await clock.advance(10);
    client.application('news');
    await clock.advance(10);
    expect(held.aborted).toBe(true);
    expect(poll().body).toMatchObject({
      session: 's_1',
      seq: 2,
      applications: { orders: { cursor: 'orders0' }, calls: { cursor: null }, news: { cursor: null } },
    });
    await clock.advance(1000);
    expect(server.sent).toHaveLength(3);
  });

  it('does not replace a poll that opens the session: that one is answered at once', async () => {
    const { client, clock, open, poll, server } = setup();
    client.application('orders');
    await clock.advance(0);
    client.application('calls');
    await clock.advance(100);
    expect(server.sent).toHaveLength(1);
    await open();
    expect(Object.keys(poll().body.applications)).toEqual(['orders', 'calls']);
  });

  it('leaves the poll again without a request of its own, and what still arrives for it is not handled', async () => {
    const { client, clock, open, answer, poll, server } = setup();
    client.application('orders');
    const calls = client.application('calls');
    const handled: unknown[] = [];
    calls.on('note', ({ data }) => handled.push(data));
    await open();
    calls.close();
    await clock.advance(5000);
    expect(server.sent).toHaveLength(2);
    await answer(news('calls', [direct(1)]));
    expect(handled).toEqual([]);
    expect(Object.keys(poll().body.applications)).toEqual(['orders']);
    client.application('calls');
    await clock.advance(20);
    expect(poll().body.applications['calls']).toEqual({ cursor: 'calls0' });
    await answer(news('calls', [direct(1)]));
    expect(handled).toEqual([1]);
  });

  it('that leaves and joins while a message is being handled does not get that one again', async () => {
    const { client, clock, open, answer, poll } = setup();
    const gates = [deferred(), deferred()];
    const seen: string[] = [];
    const orders = client.application('orders');
    orders.on('note', ({ id }) => {
      seen.push(id);
      return gates[seen.length - 1]?.promise;
    });
    await open();
    await answer(news('orders', [direct(1), direct(2)]));
    await answer(news('orders', [direct(1), direct(2)]));
    orders.close();
    client.application('orders');
    await clock.advance(20);
    expect(poll().body.applications['orders']).toEqual({ cursor: 'orders0' });
    await answer(news('orders', [direct(1), direct(2)]));
    gates[0]?.resolve();
    gates[1]?.resolve();
    await clock.advance(1000);
    expect(seen).toEqual(['m1', 'm2']);
    expect(poll().body.applications['orders']).toEqual({ cursor: 'c2' });
  });

  it('stops asking when the last application has left', async () => {
    const { client, clock, open, poll } = setup();
    const orders = client.application('orders');
    await open();
    orders.close();
    poll().answer(204);
    await clock.advance(60_000);
    expect(() => poll()).toThrow('0 polls');
    client.application('orders');
    await clock.advance(0);
    expect(poll().body.applications).toEqual({ orders: { cursor: 'orders0' } });
  });
});

describe('acknowledgements', () => {
  it('cost no request while a poll is held and nothing was handled', async () => {
    const { client, clock, open, server } = setup();
    client.application('orders');
    await open();
    await clock.advance(20_000);
    expect(server.sent).toHaveLength(2);
  });

  it('replace a held poll one second after something was handled, once for many', async () => {
    const { client, clock, open, answer, poll, server } = setup();
    const gates = [deferred(), deferred(), deferred()];
    client.application('orders').on<number>('note', ({ data }) => gates[data]?.promise);
    await open();
    await answer(news('orders', [direct(0), direct(1), direct(2)]));
    const held = poll();
    expect(held.body.applications['orders']).toEqual({ cursor: 'orders0', read: 'c2' });
    await clock.advance(5000);
    gates[0]?.resolve();
    await clock.advance(900);
    gates[1]?.resolve();
    await clock.advance(99);
    expect(held.aborted).toBe(false);
    await clock.advance(1);
    expect(held.aborted).toBe(true);
    expect(poll().body.applications['orders']).toEqual({ cursor: 'c1', read: 'c2' });
    expect(server.sent).toHaveLength(4);
  });

  it('travel with the next poll where one is due sooner', async () => {
    const { client, clock, open, answer, poll, server } = setup();
    const gate = deferred();
    client.application('orders').on('note', () => gate.promise);
    await open();
    await answer(news('orders', [direct(1)]));
    gate.resolve();
    await clock.advance(500);
    poll().answer(204);
    await clock.advance(5000);
    expect(poll().body.applications['orders']).toEqual({ cursor: 'c1' });
    expect(server.sent).toHaveLength(4);
  });
});

describe('close', () => {
  it('acknowledges what was handled, ends the session, and stops for good', async () => {
    const { client, clock, open, answer, poll, server } = setup({ getToken: () => 'abc' });
    const gate = deferred();
    client.application('orders').on('note', () => gate.promise);
    await open();
    await answer(news('orders', [direct(1)]));
    gate.resolve();
    await clock.settle();
    const held = poll();
    const closed = client.close();
    expect(client.close()).toBe(closed);
    expect(held.aborted).toBe(true);
    expect(poll().init.keepalive).toBe(true);
    expect(poll().body).toMatchObject({ session: 's_1', wait: 0, applications: { orders: { cursor: 'c1' } } });
    poll().answer(204);
    await clock.settle();
    const goodbye = server.sent[server.sent.length - 1];
    expect(goodbye).toMatchObject({ method: 'DELETE', url: 'https://hub.example/pollux/session/s_1' });
    expect(goodbye?.init.keepalive).toBe(true);
    expect(goodbye?.header('authorization')).toBe('Bearer abc');
    goodbye?.answer(204);
    await closed;
    const count = server.sent.length;
    client.application('late');
    client.start();
    await clock.advance(100_000);
    expect(server.sent).toHaveLength(count);
    expect(clock.pending).toBe(0);
    expect(client.state).toBe('stopped');
  });

  it('lets a handler end, begins no other', async () => {
    const { client, clock, open, answer } = setup();
    const seen: unknown[] = [];
    const gate = deferred();
    client.application('orders').on('note', ({ data }) => {
      seen.push(data);
      return gate.promise;
    });
    await open();
    await answer(news('orders', [direct(1), direct(2)]));
    void client.close();
    gate.resolve();
    await clock.advance(100_000);
    expect(seen).toEqual([1]);
  });

  it('never fails and never hangs, whatever the server does', async () => {
    const { client, clock, open, server } = setup();
    client.application('orders');
    await open();
    const closed = client.close();
    await clock.settle();
    expect(server.sent[2]?.method).toBe('DELETE');
    await clock.advance(5000);
    await closed;
    expect(server.sent[2]?.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('sends nothing where no session was opened', async () => {
    const { client, server } = setup();
    client.application('orders');
    await client.close();
    expect(server.sent).toHaveLength(0);
  });
});
