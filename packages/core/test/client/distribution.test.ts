import { describe, expect, it } from 'vitest';
import type { Gap } from '../../src/protocol/types.ts';
import { deferred, direct, news, setup } from './harness.ts';

describe('handlers of one application', () => {
  it('run in order, one at a time, each message once', async () => {
    const { client, clock, open, answer } = setup();
    const log: string[] = [];
    client.application('orders').on<number>('note', async ({ data }) => {
      log.push(`begin ${data}`);
      await new Promise<void>((resolve) => clock.setTimeout(resolve, data === 1 ? 300 : 10));
      log.push(`end ${data}`);
    });
    await open();
    await answer(news('orders', [direct(1), direct(2)]));
    await answer(news('orders', [direct(3)]));
    await clock.advance(1000);
    expect(log).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3']);
  });

  it('see an id once, though answers repeat it, also in a new session, and the cursor passes it', async () => {
    const { client, clock, open, answer, poll, told } = setup();
    const seen: unknown[] = [];
    client.application('orders').on('note', ({ id }) => void seen.push(id));
    await open();
    await answer(news('orders', [direct(1), direct(2)]));
    await answer(news('orders', [direct(1), direct(2, { cursor: 'c9' }), direct(3), direct(3)]));
    poll().answer(409);
    await clock.settle();
    await answer({
      session: 's_2',
      applications: { orders: { cursor: 'd9', messages: [direct(2, { cursor: 'd2' }), direct(4, { cursor: 'd4' })] } },
    });
    expect(seen).toEqual(['m1', 'm2', 'm3', 'm4']);
    expect(poll().body.applications['orders']).toEqual({ cursor: 'd9' });
    expect(told('handled').map(({ id }) => id)).toEqual(seen);
  });

  it('all of a type run, in order of registration, until they are stopped', async () => {
    const { client, open, answer } = setup();
    const log: string[] = [];
    const orders = client.application('orders');
    const handler = (): void => void log.push('same');
    const stopFirst = orders.on('note', handler);
    orders.on('note', handler);
    orders.on('note', async () => void log.push('last'));
    await open();
    await answer(news('orders', [direct(1)]));
    expect(log.splice(0)).toEqual(['same', 'same', 'last']);
    stopFirst();
    stopFirst();
    await answer(news('orders', [direct(2)]));
    expect(log).toEqual(['same', 'last']);
  });

  it('do not hold up another application, nor the next poll', async () => {
    const { client, open, answer, poll } = setup();
    client.application('orders').on('note', () => new Promise(() => undefined));
    const calls: unknown[] = [];
    client.application('calls').on('note', ({ data }) => void calls.push(data));
    await open();
    await answer({
      session: 's_1',
      applications: { orders: { cursor: 'c1', messages: [direct(1)] }, calls: { cursor: 'c2', messages: [direct(2)] } },
    });
    expect(calls).toEqual([2]);
    expect(poll().body.applications).toEqual({ orders: { cursor: 'orders0', read: 'c1' }, calls: { cursor: 'c2' } });
  });

  it('synchronous and promptly resolving ones are acknowledged by the very next poll', async () => {
    const { client, open, answer, poll, server } = setup();
    client.application('orders').on('note', () => undefined);
    client.application('calls').on('note', async () => undefined);
    await open();
    const many = Array.from({ length: 99 }, (_, index) => direct(index + 1));
    await answer({
      session: 's_1',
      applications: { orders: { cursor: 'c99', messages: many }, calls: { cursor: 'c99', messages: many } },
    });
    expect(poll().body.applications).toEqual({ orders: { cursor: 'c99' }, calls: { cursor: 'c99' } });
    expect(server.sent).toHaveLength(3);
  });
});

describe('the cursor', () => {
  it('covers the handled prefix only, message by message; the last one the whole section', async () => {
    const { client, clock, open, answer, poll } = setup();
    const gates = new Map([1, 2, 3].map((number) => [number, deferred()]));
    client.application('orders').on<number>('note', ({ data }) => gates.get(data)?.promise);
    await open();
    await answer({ session: 's_1', applications: { orders: { cursor: 'end', messages: [direct(1), direct(2), direct(3)] } } });
    const cursors: unknown[] = [];
    for (const number of [2, 1, 3]) {
      gates.get(number)?.resolve();
      await clock.advance(1000);
      cursors.push(poll().body.applications['orders']?.cursor);
    }
    expect(cursors).toEqual(['orders0', 'c2', 'end']);
  });

  it('is null, with a read, while the first message ever is being handled', async () => {
    const { client, clock, answer, poll } = setup();
    client.application('orders').on('note', () => new Promise(() => undefined));
    await clock.advance(0);
    await answer(news('orders', [direct(1)]));
    expect(poll().body.applications['orders']).toEqual({ cursor: null, read: 'c1' });
  });
});

describe('a gap', () => {
  const gap: Gap = { losses: [{ reason: 'expired', count: 3 }] };

  it('is told before the messages of its section, and awaited', async () => {
    const { client, clock, open, answer, told } = setup();
    const log: unknown[] = [];
    const gate = deferred();
    const orders = client.application('orders');
    orders.onGap((found) => {
      log.push(found);
      return gate.promise;
    });
    orders.on('note', ({ data }) => log.push(data));
    await open();
    await answer(news('orders', [direct(1)], { gap }));
    expect(log).toEqual([gap]);
    gate.resolve();
    await clock.settle();
    expect(log).toEqual([gap, 1]);
    expect(told('gap')).toEqual([{ kind: 'gap', application: 'orders', gap }]);
  });

  it('that waits for its turn is not told twice; one at work may have looked too early, so another follows', async () => {
    const { client, clock, open, answer } = setup();
    let count = 0;
    const gates = [deferred(), deferred()];
    client.application('orders').onGap(() => gates[count++]?.promise);
    await open();
    for (let repetition = 0; repetition < 5; repetition++) {
      await answer({ session: 's_1', applications: { orders: { cursor: 'c3', gap } } });
      await clock.advance(5000);
    }
    gates[0]?.resolve();
    gates[1]?.resolve();
    await clock.settle();
    expect(count).toBe(2);
  });

  it('with a reset handles what came before all the same, by cursors of before that are void to the server, and goes on', async () => {
    const { client, clock, open, answer, poll } = setup();
    const log: unknown[] = [];
    const gates = new Map([1, 2, 3].map((number) => [number, deferred()]));
    const orders = client.application('orders');
    orders.on<number>('note', async ({ data }) => {
      await gates.get(data)?.promise;
      log.push(data);
    });
    orders.onGap(() => void log.push('gap'));
    await open();
    await answer(news('orders', [direct(1), direct(2)]));
    const reset: Gap = { losses: [{ reason: 'reset' }] };
    await answer(news('orders', [direct(3, { cursor: 'd3' })], { gap: reset }));
    expect(poll().body.applications['orders']).toEqual({ cursor: 'orders0', read: 'd3' });
    gates.get(1)?.resolve();
    await clock.advance(2000);
    expect(poll().body.applications['orders']).toEqual({ cursor: 'c1', read: 'd3' });
    gates.get(2)?.resolve();
    gates.get(3)?.resolve();
    await clock.advance(1000);
    expect(log).toEqual([1, 2, 'gap', 3]);
    expect(poll().body.applications['orders']).toEqual({ cursor: 'd3' });
  });

  it('goes by where nobody listens, and a handler of one that fails costs nothing but a report', async () => {
    const { client, clock, open, answer, poll, told } = setup();
    client.application('calls');
    client.application('orders').onGap(() => {
      throw new Error('no');
    });
    await open();
    await answer({ session: 's_1', applications: { orders: { cursor: 'c1', gap }, calls: { cursor: 'c1', gap } } });
    await clock.advance(2250);
    expect(poll().body).not.toHaveProperty('failed');
    expect(poll().body.applications).toEqual({ orders: { cursor: 'c1' }, calls: { cursor: 'c1' } });
    expect(told('handler-failed')).toMatchObject([{ id: 'gap', reason: 'Error: no' }]);
  });
});

describe('a withdrawn message', () => {
  const withdrawal = { id: 'w1', cursor: 'c9', kind: 'withdrawn', of: 'm2', acceptedMs: 1 };

  it('is told after the one that it takes back was handled', async () => {
    const { client, open, answer } = setup();
    const orders = client.application('orders');
    const log: unknown[] = [];
    orders.on('note', ({ id }) => log.push(id));
    orders.onWithdrawn((of) => log.push(`not ${of}`));
    await open();
    await answer(news('orders', [direct(1), direct(2)]));
    await answer(news('orders', [withdrawal]));
    expect(log).toEqual(['m1', 'm2', 'not m2']);
  });

  it('never reaches a handler where it was taken back before its turn', async () => {
    const { client, clock, open, answer, poll } = setup();
    const orders = client.application('orders');
    const log: unknown[] = [];
    const gate = deferred();
    orders.on('note', ({ id }) => {
      log.push(id);
      return gate.promise;
    });
    orders.onWithdrawn((of) => log.push(`not ${of}`));
    await open();
    await answer(news('orders', [direct(1), direct(2)]));
    await answer(news('orders', [withdrawal]));
    gate.resolve();
    await clock.advance(1000);
    expect(log).toEqual(['m1']);
    expect(poll().body.applications['orders']).toEqual({ cursor: 'c9' });
  });
});
