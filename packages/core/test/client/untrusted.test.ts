import { describe, expect, it } from 'vitest';
import { answerBytes } from '../../src/client/bounds.ts';
import { direct, news, setup } from './harness.ts';

async function two() {
  const parts = setup();
  const seen: string[] = [];
  const orders = parts.client.application('orders');
  orders.on('note', ({ id }) => void seen.push(`orders ${id}`));
  orders.onFetch('changed', () => void seen.push('fetched'));
  parts.client.application('calls').on('note', ({ id }) => void seen.push(`calls ${id}`));
  await parts.open();
  return { ...parts, seen };
}

const healthy = { cursor: 'x1', messages: [direct(7, { cursor: 'x1' })] };
const message = direct(1);

const sections: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['a text', 'crm'],
  ['a number', 7],
  ['a list', []],
  ['nothing in it', {}],
  ['no cursor', { messages: [message] }],
  ['a numeric cursor', { cursor: 7, messages: [message] }],
  ['an empty cursor', { cursor: '', messages: [message] }],
  ['messages that are no list', { cursor: 'c1', messages: { 0: message, length: 1 } }],
  ['messages null', { cursor: 'c1', messages: null }],
  ['a message null', { cursor: 'c1', messages: [null] }],
  ['a message that is a text', { cursor: 'c1', messages: ['m1'] }],
  ['a nested list of messages', { cursor: 'c1', messages: [[message]] }],
  ['a message without id', { cursor: 'c1', messages: [{ ...message, id: undefined }] }],
  ['an id that is an object', { cursor: 'c1', messages: [{ ...message, id: { toString: 'm1' } }] }],
  ['a message without cursor', { cursor: 'c1', messages: [{ ...message, cursor: undefined }] }],
  ['a message without kind', { cursor: 'c1', messages: [{ ...message, kind: undefined }] }],
  ['a numeric kind', { cursor: 'c1', messages: [{ ...message, kind: 1 }] }],
  ['a message without type', { cursor: 'c1', messages: [{ ...message, type: undefined }] }],
  ['a type that is a list', { cursor: 'c1', messages: [{ ...message, type: ['note'] }] }],
  ['a fetch without instruction', { cursor: 'c1', messages: [{ ...message, kind: 'fetch' }] }],
  ['a fetch of a number', { cursor: 'c1', messages: [{ ...message, kind: 'fetch', fetch: { href: 7 } }] }],
  ['a withdrawal of nothing', { cursor: 'c1', messages: [{ ...message, kind: 'withdrawn' }] }],
  ['one bad message after a good one', { cursor: 'c2', messages: [message, { id: 'm2' }] }],
  ['an error that is a text', { error: 'no' }],
  ['an error with wrong types', { error: { title: 7, detail: {}, retryAfter: 'tomorrow', status: [] } }],
];

describe('a section of the wrong type', () => {
  it.each(sections)('%s: costs that application alone, for 30 s', async (_name, section) => {
    const { answer, clock, poll, seen, told } = await two();
    await answer({ session: 's_1', applications: { orders: section, calls: healthy } });
    expect(seen).toEqual(['calls m7']);
    expect(poll().body.applications).toEqual({ calls: { cursor: 'x1' } });
    expect(told('application').slice(-1)).toMatchObject([{ application: 'orders', status: { state: 'refused' } }]);
    await clock.advance(20_000);
    poll().answer(204);
    await clock.advance(10_000);
    expect(poll().body.applications['orders']).toEqual({ cursor: 'orders0' });
    await answer(news('orders', [message]));
    expect(seen).toEqual(['calls m7', 'orders m1']);
  });
});

describe('an answer with strange parts', () => {
  it('an unknown application goes by, whatever its name', async () => {
    const { clock, seen, poll } = await two();
    const names = ['crm', '__proto__', 'constructor', 'hasOwnProperty', 'toString', '', 'orders '];
    const strange = names.map((name) => `${JSON.stringify(name)}:${JSON.stringify({ cursor: 'c1', messages: [message] })}`);
    poll().answer(200, `{"session":"s_1","applications":{${strange.join()},"calls":${JSON.stringify(healthy)}}}`);
    await clock.settle();
    expect(seen).toEqual(['calls m7']);
    expect(Object.prototype).not.toHaveProperty('cursor');
    expect(Object.prototype).not.toHaveProperty('messages');
  });

  it('an application called constructor is one like any other', async () => {
    const { client, clock, answer } = setup();
    const seen: unknown[] = [];
    client.application('constructor').on('note', ({ id }) => seen.push(id));
    client.application('orders');
    await clock.advance(0);
    await answer({ session: 's_1', applications: { orders: { cursor: 'c0' } } });
    await answer(news('constructor', [message]));
    expect(seen).toEqual(['m1']);
  });

  it('payloads with __proto__ pollute nothing', async () => {
    const { client, clock, poll } = setup();
    const data: unknown[] = [];
    client.application('orders').on('note', (found) => data.push(found.data));
    await clock.advance(0);
    const evil = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
    poll().answer(
      200,
      `{"__proto__":{"polluted":true},"session":"s_1","advice":{"__proto__":{"wait":1,"polluted":true}},"applications":{"orders":{"__proto__":{"polluted":true},"cursor":"c1","messages":[{"id":"m1","cursor":"c1","kind":"direct","type":"note","data":${evil}}]}}}`,
    );
    await clock.settle();
    expect(JSON.stringify(data[0])).toBe(evil);
    expect({}).not.toHaveProperty('polluted');
    expect(poll().body.wait).toBe(25);
  });

  it.each([[[]], ['x'], [7], [null]])('applications %j are none', async (applications) => {
    const { answer, seen, poll } = await two();
    await answer({ session: 's_1', applications, more: 'yes' });
    expect(seen).toEqual([]);
    expect(poll().body.applications).toEqual({ orders: { cursor: 'orders0' }, calls: { cursor: 'calls0' } });
  });

  it.each([null, 7, 'expired', { losses: 'many' }, { losses: [null, 7, { reason: 1 }] }])(
    'a garbled gap %j is a loss all the same',
    async (gap) => {
      const { answer, client } = await two();
      const gaps: unknown[] = [];
      client.application('orders').onGap((found) => gaps.push(found));
      await answer(news('orders', [message], { gap }));
      expect(gaps).toEqual([{ losses: [] }]);
    },
  );

  it('a message of a later kind is passed over', async () => {
    const { answer, clock, poll, told } = await two();
    await answer(news('orders', [{ ...message, kind: 'picture' } as never, direct(2)]));
    await clock.advance(11_000);
    expect(told('unhandled')).toMatchObject([{ id: 'm1' }]);
    expect(poll().body.applications['orders']).toEqual({ cursor: 'c2' });
    expect(poll().body.failed).toEqual([{ id: 'm1', reason: 'unhandled', park: false }]);
  });

  it('wrong hints of a fetch message count for nothing', async () => {
    const { answer, clock, told } = await two();
    const fetch = { href: 'https://evil.example/', version: 7, spread: 'Infinity' };
    await answer(news('orders', [{ ...message, kind: 'fetch', type: 'changed', fetch } as never]));
    await clock.advance(60_000);
    expect(told('handler-failed')).toMatchObject([{ id: 'm1', reason: 'fetch target not registered' }]);
  });
});

describe('objects that cannot be converted', () => {
  const evil = { toString: 1, valueOf: 1 };

  it('stop neither the loop nor an application', async () => {
    const { answer, client, clock, poll, seen } = await two();
    client.application('orders').onGap(() => void seen.push('gap'));
    const fetch = { href: 'https://evil.example/', version: evil, spread: evil };
    const messages = [
      { ...message, id: 'm0', kind: 'fetch', type: 'changed', fetch, topic: evil, urgency: evil, acceptedMs: evil },
      { ...message, data: evil, topic: evil },
    ];
    await answer({
      session: 's_1',
      advice: { interval: evil, wait: evil, mode: evil, drain: evil },
      more: evil,
      applications: {
        orders: { cursor: 'c1', messages, gap: { losses: [evil, { reason: evil }, { reason: 'reset', count: evil }] } },
        calls: { error: { title: evil, detail: evil, retryAfter: evil } },
      },
    });
    await clock.advance(1000);
    expect(seen).toEqual(['gap', 'orders m1']);
    expect(poll().body.applications).toEqual({ orders: { cursor: 'c1' } });
    poll().answer(503, { title: evil, detail: evil, retryAfter: evil });
    await clock.advance(2000);
    expect(poll().body.wait).toBe(0);
  });
});

describe('an answer that is too large', () => {
  it('is not read to its end', async () => {
    const { clock, poll, told, seen } = await two();
    let produced = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        produced += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(32));
      },
    });
    poll().answerWith(new Response(body, { status: 200 }));
    await clock.settle();
    for (let turn = 0; turn < 200 && told('request-failed').length === 0; turn++) await clock.settle();
    expect(told('request-failed')).toMatchObject([{ reason: `RangeError: an answer of more than ${answerBytes} bytes` }]);
    expect(produced).toBeLessThan(answerBytes + 10 * 65_536);
    await clock.advance(2000);
    poll().answer(200, { session: 's_1', applications: { calls: healthy } });
    await clock.settle();
    expect(seen).toEqual(['calls m7']);
  });

  it('nested a hundred thousand deep, it harms nobody', async () => {
    const { clock, poll, told } = await two();
    poll().answer(200, `{"session":"s_1","applications":${'['.repeat(100_000)}${']'.repeat(100_000)}}`);
    await clock.settle();
    poll().answer(200, '['.repeat(100_000));
    await clock.settle();
    expect(told('request-failed')).toHaveLength(1);
  });
});

describe('an observer that throws', () => {
  it('harms nothing', async () => {
    const { client, open, answer, poll } = setup({
      observe: () => {
        throw new Error('no');
      },
    });
    client.application('orders').on('note', () => undefined);
    await open();
    await answer(news('orders', [message]));
    expect(poll().body.applications['orders']).toEqual({ cursor: 'c1' });
  });
});
