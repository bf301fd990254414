/** What is handed over is stored once and in order, in few requests. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { defineApplication, direct, fetchFrom } from '../../src/index.ts';
import { createPublisher, PublishError } from '../../src/publisher/index.ts';
import { settle, setUp, to } from './scene.ts';

describe('what is handed over', () => {
  it('is accepted, with a grade and an id for each recipient', async () => {
    const { publisher, stored } = setUp();
    const published = await publisher.publish({ ...to('alice', 1), to: { recipients: ['alice', 'bob'] } });
    expect(published).toMatchObject({ grade: 'memory', accepted: [{ recipient: 'alice' }, { recipient: 'bob' }], refused: [] });
    expect([await stored('alice'), await stored('bob')]).toEqual([[1], [1]]);
  });

  it('shares requests when it comes in one go, and keeps its order', async () => {
    const { publisher, sent, stored } = setUp();
    const numbers = Array.from({ length: 250 }, (_, n) => n);
    await Promise.all(numbers.map((n) => publisher.publish(to('alice', n))));
    expect(sent.map(({ body }) => (Array.isArray(body) ? body.length : 1))).toEqual([100, 100, 50]);
    expect(await stored('alice')).toEqual(numbers);
  });

  it('goes with the next request when one is under way', async () => {
    const scene = setUp();
    let answer = (): void => undefined;
    scene.spoil((send) =>
      new Promise<void>((go) => {
        answer = go;
      }).then(send),
    );
    const first = scene.publisher.publish(to('alice', 1));
    await settle(scene);
    const others = [2, 3, 4].map((n) => scene.publisher.publish(to('alice', n)));
    await settle(scene);
    expect(scene.sent.length).toBe(1);
    scene.spoil(undefined);
    answer();
    await Promise.all([first, ...others]);
    expect(scene.sent.map(({ body }) => (Array.isArray(body) ? body.length : 1))).toEqual([1, 3]);
    expect(await scene.stored('alice')).toEqual([1, 2, 3, 4]);
  });

  it('fills a request up to its bytes, and goes alone where it is larger', async () => {
    const { publisher, sent } = setUp({ batchBytes: 2000 });
    const texts = ['a'.repeat(1100), 'b'.repeat(1100), 'c'.repeat(5000), 'd'];
    await Promise.all(texts.map((text) => publisher.publish(to('alice', text))));
    const shapes = sent.map(({ body }) => (Array.isArray(body) ? body : [body]).map(({ data }) => String(data)[0]).join(''));
    expect(shapes).toEqual(['a', 'b', 'c', 'd']);
    expect(sent.every(({ body }) => !Array.isArray(body))).toBe(true);
  });

  it('is taken as it was when it was handed over', async () => {
    const { publisher, stored } = setUp();
    const data = { n: 1 };
    const done = publisher.publish(to('alice', data));
    data.n = 2;
    await done;
    expect(await stored('alice')).toEqual([{ n: 1 }]);
  });

  it('waits for room beyond the capacity', async () => {
    const { publisher, sent, stored } = setUp({ capacity: 3, batchItems: 2 });
    const numbers = [1, 2, 3, 4, 5, 6, 7];
    const all = numbers.map((n) => publisher.publish(to('alice', n)));
    expect(publisher.pending).toBe(7);
    await Promise.all(all);
    expect(publisher.pending).toBe(0);
    expect(Math.max(...sent.map(({ body }) => (Array.isArray(body) ? body.length : 1)))).toBe(2);
    expect((await stored('alice')).length).toBe(7);
  });
});

describe('the end', () => {
  it('waits for what was handed over, and takes no more', async () => {
    const { publisher, stored } = setUp();
    const done = publisher.publish(to('alice', 1));
    const closed = publisher.close();
    await expect(publisher.publish(to('alice', 2))).rejects.toThrow(PublishError);
    await closed;
    expect(await stored('alice')).toEqual([1]);
    await done;
    await publisher.close();
  });
});

describe('with a contract', () => {
  const crm = defineApplication('orders', {
    'call.offered': direct(z.object({ from: z.string() })),
    'order.changed': fetchFrom('/api/orders/:id'),
  });

  function withContract() {
    const scene = setUp({}, { applications: { orders: { contract: crm } } });
    const publisher = createPublisher({
      url: 'http://hub.test/pollux',
      application: crm,
      key: 'right',
      clock: scene.clock,
      fetch: async (_input, init) => {
        bodies.push(JSON.parse(String(init?.body)));
        return Response.json({ grade: 'memory', accepted: [{ id: 'x', ttl: 1, waiting: 0 }] }, { status: 202 });
      },
    });
    const bodies: unknown[] = [];
    return { publisher, bodies };
  }

  it('types and payloads are those of the contract', async () => {
    const { publisher, bodies } = withContract();
    await publisher.notify({ everyone: true }, 'order.changed', { id: 7 }, { topic: 'order-7' });
    expect(bodies).toMatchObject([{ kind: 'fetch', fetch: { href: '/api/orders/7' }, topic: 'order-7' }]);
    expectTypeOf(publisher.notify<'call.offered'>)
      .parameter(2)
      .toEqualTypeOf<{ from: string }>();
    expectTypeOf(publisher.application).toEqualTypeOf<'orders'>();
  });

  it('what is not as declared goes nowhere', async () => {
    const { publisher, bodies } = withContract();
    const wrong = publisher.notify({ everyone: true }, 'call.offered', { from: 7 as unknown as string });
    await expect(wrong).rejects.toMatchObject({ problem: { code: 'contract-mismatch', field: 'data.from' } });
    expect(bodies).toEqual([]);
  });
});

describe('a wrong option is named at once', () => {
  it.each([
    ['url', { url: 'hub.example' }],
    ['application', { application: 'Orders!' }],
    ['patience', { patience: 0 }],
    ['capacity', { capacity: -1 }],
    ['batchItems', { batchItems: Number.NaN }],
  ])('%s', (name, wrong) => {
    const options = { url: 'http://hub.test/pollux', application: 'orders', key: 'x', ...wrong };
    expect(() => createPublisher(options)).toThrow(new RegExp(`^${name}: `));
  });
});
