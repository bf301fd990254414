import { describe, expect, it } from 'vitest';
import { deferred, direct, news, setup } from './harness.ts';

describe('a handler that fails', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
    [
      'returns a thenable that rejects',
      // biome-ignore lint/suspicious/noThenProperty: what older promise libraries return.
      () => ({ then: (_: unknown, fail: (error: Error) => void) => fail(new Error('broken')) }),
    ],
  ])('%s: is called three times, then reported once, and the next message has its turn', async (_name, broken) => {
    const { client, clock, open, answer, poll, told } = setup();
    const calls: number[] = [];
    const others: unknown[] = [];
    const orders = client.application('orders');
    orders.on<number>('note', ({ data }) => {
      if (data !== 1) return others.push(data);
      calls.push(clock.monotonic());
      return broken();
    });
    await open();
    await answer(news('orders', [direct(1), direct(2)]));
    await clock.advance(250 + 1000);
    expect(calls).toEqual([0, 250, 1250]);
    expect(others).toEqual([2]);
    expect(told('handler-failed')).toEqual([
      { kind: 'handler-failed', application: 'orders', id: 'm1', reason: 'Error: broken' },
    ]);
    await clock.advance(1000);
    expect(poll().body).toMatchObject({
      failed: [{ id: 'm1', reason: 'Error: broken' }],
      applications: { orders: { cursor: 'c2' } },
    });
    poll().answer(204);
    await clock.settle();
    expect(poll().body).not.toHaveProperty('failed');
  });

  it('once, is called again and that is all', async () => {
    const { client, clock, open, answer, poll, told } = setup();
    let calls = 0;
    client.application('orders').on('note', () => {
      if (++calls === 1) throw new Error('not yet');
    });
    await open();
    await answer(news('orders', [direct(1)]));
    await clock.advance(2000);
    expect(calls).toBe(2);
    expect(told('handler-failed')).toEqual([]);
    expect(poll().body.applications['orders']).toEqual({ cursor: 'c1' });
  });

  it('does not keep the other handlers of the message from it', async () => {
    const { client, clock, open, answer, told } = setup();
    const orders = client.application('orders');
    let good = 0;
    orders.on('note', () => Promise.reject('text'));
    orders.on('note', () => void good++);
    await open();
    await answer(news('orders', [direct(1)]));
    await clock.advance(2000);
    expect(good).toBe(1);
    expect(told('handler-failed')[0]?.reason).toBe('text');
  });

  it('hangs: is given up after 30 s, not run a second time beside itself, and reported', async () => {
    const { client, clock, open, answer, poll, told } = setup();
    let calls = 0;
    const gate = deferred();
    const orders = client.application('orders');
    orders.on('note', ({ data }) => {
      calls++;
      return data === 1 ? gate.promise : undefined;
    });
    await open();
    await answer(news('orders', [direct(1), direct(2)]));
    await clock.advance(29_999);
    expect(calls).toBe(1);
    await clock.advance(1);
    expect(calls).toBe(2);
    expect(told('handler-failed')[0]?.reason).toBe('not done within 30 s');
    gate.reject(new Error('too late to matter'));
    await clock.advance(10_000);
    expect(calls).toBe(2);
    expect(poll().body.failed).toEqual([{ id: 'm1', reason: 'not done within 30 s' }]);
  });

  it('is reported again where the poll that said so was lost', async () => {
    const { client, clock, open, answer, poll } = setup();
    client.application('orders').on('note', () => Promise.reject(new Error('no')));
    await open();
    await answer(news('orders', [direct(1)]));
    await clock.advance(2250);
    expect(poll().body.failed).toHaveLength(1);
    poll().fail();
    await clock.advance(2000);
    expect(poll().body.failed).toHaveLength(1);
    poll().answer(204);
    await clock.settle();
    expect(poll().body.failed).toBeUndefined();
  });

  it('a hundred reports go into one poll, the rest into the next', async () => {
    const { client, clock, open, answer, server } = setup();
    for (const name of ['orders', 'calls']) client.application(name).on('note', () => Promise.reject(new Error('no')));
    await open();
    const batch = (name: string) => Array.from({ length: 70 }, (_, index) => direct(index + 1, { id: `${name}${index}` }));
    await answer({
      session: 's_1',
      applications: { orders: { cursor: 'c70', messages: batch('o') }, calls: { cursor: 'c70', messages: batch('c') } },
    });
    const reported = new Set<string>();
    let polls = 0;
    while (reported.size < 140 && polls++ < 200) {
      await clock.advance(5000);
      for (const poll of server.open) {
        const failed = poll.body.failed ?? [];
        expect(failed.length).toBeLessThanOrEqual(100);
        for (const { id } of failed) reported.add(id);
        poll.answer(204);
      }
    }
    expect(reported.size).toBe(140);
  });
});

describe('a type without a handler', () => {
  it('waits up to 10 s for one', async () => {
    const { client, clock, open, answer, poll, told } = setup();
    const orders = client.application('orders');
    const seen: unknown[] = [];
    orders.on('other', ({ data }) => seen.push(`other ${data}`));
    await open();
    await answer(news('orders', [direct(1), direct(2, { type: 'other' })]));
    await clock.advance(9999);
    expect(seen).toEqual([]);
    orders.on('unrelated', () => undefined);
    orders.on('note', ({ data }) => seen.push(data));
    await clock.settle();
    expect(seen).toEqual([1, 'other 2']);
    await clock.advance(1000);
    expect(poll().body.applications['orders']).toEqual({ cursor: 'c2' });
    expect(told('unhandled')).toEqual([]);
  });

  it('then counts as handled, and the server is told, not to park it; the next of the type waits for nothing', async () => {
    const { client, clock, open, answer, poll, told } = setup();
    const orders = client.application('orders');
    await open();
    await answer(news('orders', [direct(1)]));
    await clock.advance(10_000);
    expect(told('unhandled')).toEqual([{ kind: 'unhandled', application: 'orders', id: 'm1', type: 'note' }]);
    await clock.advance(1000);
    expect(poll().body.failed).toEqual([{ id: 'm1', reason: 'unhandled', park: false }]);
    await answer(news('orders', [direct(2)]));
    expect(poll().body.applications['orders']).toEqual({ cursor: 'c2' });
    expect(poll().body.failed).toEqual([{ id: 'm2', reason: 'unhandled', park: false }]);
    expect(told('unhandled')).toHaveLength(2);
    const seen: unknown[] = [];
    orders.on('note', ({ data }) => seen.push(data));
    await answer(news('orders', [direct(3)]));
    expect(seen).toEqual([3]);
  });
});

describe('back-pressure', () => {
  it('leaves an application with 100 unhandled messages out, but not forgotten, until half are handled', async () => {
    const { client, clock, open, answer, poll } = setup();
    const gates: (() => void)[] = [];
    client.application('orders').on('note', () => new Promise<void>((resolve) => gates.push(resolve)));
    client.application('calls');
    await open();
    await answer(
      news(
        'orders',
        Array.from({ length: 120 }, (_, index) => direct(index + 1)),
      ),
    );
    expect(Object.keys(poll().body.applications)).toEqual(['calls']);
    await clock.advance(5000);
    expect(poll().body.applications['orders']).toEqual({ cursor: 'orders0', read: 'c120' });
    const handle = async (upTo: number): Promise<void> => {
      while (gates.length > 0 && handled < upTo) {
        gates[handled++]?.();
        await clock.settle();
      }
    };
    let handled = 0;
    await handle(60);
    await clock.advance(4999);
    expect(poll().body.applications['orders']?.cursor).toBe('orders0');
    await clock.advance(1);
    expect(poll().body.applications['orders']).toEqual({ cursor: 'c60', read: 'c120' });
    poll().answer(204);
    await clock.settle();
    expect(Object.keys(poll().body.applications)).toEqual(['calls']);
    await handle(75);
    await clock.advance(20);
    expect(poll().body.applications['orders']).toEqual({ cursor: 'c75', read: 'c120' });
  });

  it('takes in nothing more meanwhile, and the rest when there is room', async () => {
    const { client, clock, open, answer, poll } = setup();
    const gate = deferred();
    const seen: number[] = [];
    client.application('orders').on<number>('note', async ({ data }) => {
      seen.push(data);
      await gate.promise;
    });
    client.application('calls');
    await open();
    const all = Array.from({ length: 2500 }, (_, index) => direct(index + 1));
    await answer(news('orders', all.slice(0, 1000)));
    for (let round = 0; round < 3; round++) {
      await clock.advance(5000);
      expect(poll().body.applications['orders']).toEqual({ cursor: 'orders0', read: 'c1000' });
      await answer(news('orders', all.slice(1000)));
    }
    gate.resolve();
    await clock.advance(5000);
    expect(poll().body.applications['orders']).toEqual({ cursor: 'c1000' });
    await answer(news('orders', all.slice(1000)));
    expect(seen).toEqual(all.map(({ data }) => data));
    expect(poll().body.applications['orders']).toEqual({ cursor: 'c2500' });
  });
});

describe('status', () => {
  it('is told at once, then at every change; a listener that throws harms nobody', async () => {
    const { client, clock, open, answer, poll } = setup();
    const orders = client.application('orders');
    const states: string[] = [];
    orders.onStatus(() => {
      throw new Error('no');
    });
    const stop = orders.onStatus(({ state, detail }) => states.push(detail ? `${state}: ${detail}` : state));
    await open();
    await answer({
      session: 's_1',
      applications: { orders: { error: { title: 'Forbidden', detail: 'not yours', retryAfter: 60 } } },
    });
    expect(states).toEqual(['pending', 'active', 'refused: Forbidden: not yours']);
    expect(() => poll()).toThrow('0 polls');
    await clock.advance(60_000);
    poll().answer(204);
    await clock.settle();
    expect(states.pop()).toBe('active');
    stop();
    orders.close();
    expect(states).toHaveLength(3);
  });

  it('refused: the others go on, and it is tried again after the time named, or 30 s', async () => {
    const { client, clock, answer, poll } = setup();
    client.application('orders');
    client.application('calls');
    await clock.advance(0);
    await answer({
      session: 's_1',
      applications: { orders: { error: { title: 'No such application' } }, calls: { cursor: 'x0' } },
    });
    expect(Object.keys(poll().body.applications)).toEqual(['calls']);
    await clock.advance(29_999 - 25_000);
    poll().answer(204);
    await clock.advance(25_000);
    expect(Object.keys(poll().body.applications)).toEqual(['calls']);
    await clock.advance(1);
    expect(poll().body.applications).toEqual({ orders: { cursor: null }, calls: { cursor: 'x0' } });
  });
});
