/** The basic client beside a real communication server: nothing is lost, repeated or held up by others' failures. */
import { createCommunicationServer, createServlet } from '@pollux/core/server';
import { createLoopback } from '@pollux/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type BasicClient, type BasicClientOptions, createBasicClient } from '../../src/client/basic/index.ts';

function serve() {
  const server = createCommunicationServer({ applications: { orders: { fetchTargets: ['https://orders.test'] }, calls: {} } });
  onTestFinished(() => void server.close({ drainSeconds: 0 }));
  const servlet = createServlet({
    server,
    authenticate: (request) => (request.header('authorization') === 'Bearer right' ? { recipient: 'alice' } : undefined),
  });
  const { fetch } = createLoopback(servlet);
  const requests: string[] = [];
  let spoil: ((number: number) => Response | Error | undefined) | undefined;
  let number = 0;
  const network: typeof fetch = (input, init) => {
    requests.push(`${init?.method ?? 'GET'} ${String(input)}`);
    if (String(input).startsWith('https://orders.test')) return Promise.resolve(Response.json({ address: String(input) }));
    const spoiled = spoil?.(++number);
    if (spoiled instanceof Error) return Promise.reject(spoiled);
    return spoiled === undefined ? fetch(input, init) : Promise.resolve(spoiled);
  };
  const errors: string[] = [];
  const connect = (options: Partial<BasicClientOptions> = {}): BasicClient => {
    const client = createBasicClient({
      url: 'http://hub.test/pollux/',
      getToken: () => 'right',
      fetch: network,
      onError: (reason, application) => errors.push(`${application ?? ''}: ${reason}`),
      ...options,
    });
    onTestFinished(() => client.close());
    return client;
  };
  const tell = (application: string, data: unknown, type = 'changed') =>
    server.publish(application, { to: { recipients: ['alice'] }, kind: 'direct', type, data });
  return {
    server,
    connect,
    tell,
    errors,
    requests,
    spoil: (how: typeof spoil) => {
      number = 0;
      spoil = how;
    },
  };
}

const pending = async ({ server }: Pick<ReturnType<typeof serve>, 'server'>): Promise<number> =>
  (await server.inspect.buffer.totals()).messages;

describe('messages', () => {
  it('come in order, each once, and are acknowledged when they are handled', async () => {
    const scene = serve();
    const seen: unknown[] = [];
    scene
      .connect()
      .application('orders')
      .on('changed', async ({ data }) => {
        await new Promise((done) => setTimeout(done, 2));
        seen.push(data);
      });
    const numbers = Array.from({ length: 40 }, (_, n) => n);
    for (const n of numbers) {
      await scene.tell('orders', n);
      if (n % 7 === 0) await new Promise((done) => setTimeout(done, 5));
    }
    await expect.poll(() => seen).toEqual(numbers);
    await expect.poll(() => pending(scene)).toBe(0);
  });

  it('of applications that join later come as well, without waiting for the poll that is held', async () => {
    const scene = serve();
    const client = scene.connect();
    const seen: unknown[] = [];
    client.application('orders').on('changed', ({ data }) => seen.push(data));
    await expect.poll(() => scene.server.inspect.totals().heldPolls).toBe(1);
    client.application('calls').on('changed', ({ data }) => seen.push(data));
    await scene.tell('calls', 'late');
    await scene.tell('orders', 'early');
    await expect.poll(() => [...seen].sort()).toEqual(['early', 'late']);
  });

  it('of a type that nobody handles count as handled', async () => {
    const scene = serve();
    scene.connect().application('orders');
    await scene.tell('orders', 1, 'unknown');
    await expect.poll(() => pending(scene)).toBe(0);
    expect(scene.errors).toEqual([]);
  });

  it('that were not handled when the client ended come to the next one', async () => {
    const scene = serve();
    const first = scene.connect();
    let begun = false;
    first.application('orders').on('changed', () => {
      begun = true;
      return new Promise(() => undefined);
    });
    await scene.tell('orders', 1);
    await expect.poll(() => begun).toBe(true);
    await first.close();
    expect(scene.requests.some((line) => line.startsWith('DELETE http://hub.test/pollux/session/s_'))).toBe(true);
    const seen: unknown[] = [];
    scene
      .connect()
      .application('orders')
      .on('changed', ({ data }) => seen.push(data));
    await expect.poll(() => seen).toEqual([1]);
  });
});

describe('fetch messages', () => {
  const tell = ({ server }: ReturnType<typeof serve>, href: string) =>
    server.publish('orders', { to: { recipients: ['alice'] }, kind: 'fetch', type: 'order', fetch: { href } });

  it('bring the response of the application', async () => {
    const scene = serve();
    const seen: unknown[] = [];
    const options = { fetchTargets: ['https://orders.test'] };
    scene
      .connect()
      .application('orders', options)
      .onFetch('order', async (response) => seen.push(await response.json()));
    await tell(scene, 'https://orders.test/7');
    await expect.poll(() => seen).toEqual([{ address: 'https://orders.test/7' }]);
  });

  it('that name what is not registered here are not fetched, and reported', async () => {
    const scene = serve();
    scene
      .connect()
      .application('orders', { fetchTargets: ['https://other.test'] })
      .onFetch('order', () => undefined);
    await tell(scene, 'https://orders.test/7');
    await expect.poll(async () => (await scene.server.inspect.buffer.totals()).parked).toBe(1);
    expect(scene.requests.filter((line) => line.includes('orders.test'))).toEqual([]);
    expect(scene.errors).toEqual(['orders: Error: fetch target not registered']);
  });
});

describe('failures', () => {
  it('of a handler are reported with their reason, and the next message has its turn', async () => {
    const scene = serve();
    const seen: unknown[] = [];
    scene
      .connect()
      .application('orders')
      .on('changed', ({ data }) => {
        if (data === 1) throw new Error('no such order');
        seen.push(data);
      });
    for (const n of [0, 1, 2]) await scene.tell('orders', n);
    await expect.poll(async () => (await scene.server.inspect.buffer.totals()).parked).toBe(1);
    expect(seen).toEqual([0, 2]);
    expect(await pending(scene)).toBe(0);
  });

  it('of more messages than one poll may report are told in several', async () => {
    const scene = serve();
    let failed = 0;
    scene.server.observe(() => void failed++, ['failed']);
    for (let number = 0; number < 150; number++) void scene.tell('orders', number);
    scene
      .connect()
      .application('orders')
      .on('changed', () => {
        throw new Error('no '.repeat(400));
      });
    await expect.poll(() => pending(scene)).toBe(0);
    expect(scene.errors).toHaveLength(150);
    expect(failed).toBe(150);
  });

  it('that cannot even be told as text are failures like others', async () => {
    const scene = serve();
    const seen: unknown[] = [];
    void scene.tell('orders', 1);
    void scene.tell('orders', 2);
    scene
      .connect()
      .application('orders')
      .on('changed', ({ data }) => {
        seen.push(data);
        if (data === 1) throw Object.create(null);
      });
    await expect.poll(() => seen).toEqual([1, 2]);
    await expect.poll(async () => (await scene.server.inspect.buffer.totals()).parked).toBe(1);
  });

  it('of the network are waited out', async () => {
    const scene = serve();
    const seen: unknown[] = [];
    scene.spoil(
      (n) => [new TypeError('cut'), new Response('<html>', { status: 502 }), new Response('[', { status: 200 })][n - 1],
    );
    scene
      .connect()
      .application('orders')
      .on('changed', ({ data }) => seen.push(data));
    await scene.tell('orders', 1);
    await expect.poll(() => seen, { timeout: 20_000 }).toEqual([1]);
    expect(scene.errors.length).toBe(3);
  }, 30_000);

  it('of a handler are told again where something else than the server answered', async () => {
    const scene = serve();
    scene.spoil((n) => (n === 3 ? new Response('<html>', { status: 200 }) : undefined));
    scene
      .connect()
      .application('orders')
      .on('changed', () => {
        throw new Error('no such order');
      });
    await expect.poll(() => scene.server.inspect.totals().heldPolls).toBe(1);
    await scene.tell('orders', 1);
    await expect.poll(async () => (await scene.server.inspect.buffer.totals()).parked, { timeout: 10_000 }).toBe(1);
  }, 20_000);

  it('of who is told of failures are none of the client', async () => {
    const scene = serve();
    const seen: unknown[] = [];
    scene.spoil((n) => (n === 1 ? new TypeError('cut') : undefined));
    const client = scene.connect({
      onError: () => {
        throw new Error('not written well');
      },
    });
    client.application('orders').on('changed', ({ data }) => {
      if (data === 1) throw new Error('no such order');
      seen.push(data);
    });
    await scene.tell('orders', 1);
    await scene.tell('orders', 2);
    await expect.poll(() => seen, { timeout: 10_000 }).toEqual([2]);
    await expect.poll(() => pending(scene)).toBe(0);
  }, 20_000);

  it('of a token has it asked for again at once', async () => {
    const scene = serve();
    const seen: unknown[] = [];
    const tokens = ['old', 'right'];
    const client = scene.connect({ getToken: () => tokens.shift() ?? 'none' });
    client.application('orders').on('changed', ({ data }) => seen.push(data));
    await scene.tell('orders', 1);
    await expect.poll(() => seen).toEqual([1]);
    expect(tokens).toEqual([]);
  });

  it.each([
    ['nothing', {}],
    ['wrong types', { session: 7, advice: { wait: 'x', interval: {} }, applications: { other: 7 } }],
    [
      'messages that are none',
      { session: 's_x', applications: { orders: { cursor: 'x', messages: [null, 7, {}] }, __proto__: [] } },
    ],
    ['an unknown application', { session: 's_x', applications: { other: { cursor: 'x', messages: [] }, constructor: {} } }],
  ])(
    'of a hostile server cost no more than their answer: %s',
    async (_, answer) => {
      const scene = serve();
      const seen: unknown[] = [];
      scene.spoil((n) => (n === 1 ? Response.json(answer) : undefined));
      scene
        .connect()
        .application('orders')
        .on('changed', ({ data }) => seen.push(data));
      await scene.tell('orders', 1);
      await expect.poll(() => seen, { timeout: 10_000 }).toEqual([1]);
    },
    20_000,
  );
});
