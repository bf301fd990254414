/** Payloads arrive as they were published: protocol §3.7, §2.6. */
import { polledOf } from '../answer.ts';
import { notification } from '../publisher.ts';
import type { WireCase } from '../wire.ts';

const values: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['false', false],
  ['zero', 0],
  ['empty text', ''],
  ['an empty object', {}],
  ['an empty array', []],
  ['a float', 0.1],
  ['a large float', 1.7976931348623157e308],
  ['text with every sign', 'a"b\\c/d\b\f\n\r\t\u0000\u001f é 😀'],
  ['CR, LF and U+2028', 'one\r\ntwo\rthree\nfour\u2028five\u2029six\u0085'],
  ['lines of an event stream', 'data: x\n\nid: 7\nevent: y\nretry: 1\n\n'],
  ['HTML', '</script><img src=x onerror=alert(1)>'],
  ['names of a message', { id: 'mine', cursor: 'mine', kind: 'fetch', data: { data: 1 }, acceptedMs: 0 }],
  ['names of an answer', { session: 's_x', applications: { orders: { error: 1 } }, more: true, gap: {} }],
  ['deep', [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]],
  ['text of braces and quotes', '}]},"data":"x","cursor":"'],
  ['escaped names', { 'd\\u0061ta': 1, '"': 2, '\\': 3, '': 4 }],
];

function passes(title: string, value: unknown): WireCase {
  return {
    clause: '3.7',
    title: `a payload arrives as it was: ${title}`,
    run: async ({ client, publisher, expect }) => {
      await publisher().to('alice', value, 'between', value);
      expect((await client('alice').poll()).data('orders')).toEqual([value, 'between', value]);
    },
  };
}

/** Publishes a body as text, and gives the answer of the poll as text. */
function asText(title: string, body: string, check: (text: string, data: readonly unknown[]) => boolean): WireCase {
  return {
    clause: '3.7',
    title,
    run: async ({ client, publisher, expect }) => {
      const answer = await publisher().send(body);
      expect(answer.status).toBe(202);
      const polled = await client('alice').poll();
      expect(check(polled.answer.text, polled.data('orders'))).toBe(true);
    },
  };
}

const head = '"to":{"recipients":["alice"]},"kind":"direct","type":"t"';

export const payloads: readonly WireCase[] = [
  ...values.map(([title, value]) => passes(title, value)),
  asText('an integer beyond 2^53 keeps its digits', `{${head},"data":12345678901234567890}`, (text) =>
    text.includes('12345678901234567890'),
  ),
  asText(
    'a member called __proto__ arrives as a member',
    `{${head},"data":{"__proto__":{"polluted":1},"x":2}}`,
    (text, [data]) => {
      const isClean = !('polluted' in {}) && typeof data === 'object' && data !== null && Object.hasOwn(data, '__proto__');
      return isClean && text.includes('"__proto__"');
    },
  ),
  asText(
    'data may stand anywhere among the members',
    `{"data":{"a":1},${head}}`,
    (_text, [data]) => JSON.stringify(data) === '{"a":1}',
  ),
  asText(
    'a name written with escapes is the same name',
    `{${head},"d\\u0061ta":"escaped"}`,
    (_text, [data]) => data === 'escaped',
  ),
  asText(
    'white space around tokens does not matter',
    ` \r\n\t{ ${head} ,\r\n "data" : \r\n [ 1 ,\r\n 2 ] \r\n } \r\n`,
    (text, [data]) => {
      return JSON.stringify(data) === '[1,2]' && !/[\r\n]/.test(text);
    },
  ),
  {
    clause: '2.6',
    title: 'of a member given twice the last counts, or the body is refused',
    run: async ({ client, publisher, expect }) => {
      const answer = await publisher().send(`{${head},"data":1,"data":2}`);
      expect([202, 400].includes(answer.status)).toBe(true);
      expect((await client('alice').poll()).data('orders')).toEqual(answer.status === 202 ? [2] : []);
    },
  },
  {
    clause: '2.11',
    title: 'a lone surrogate in a payload never breaks a later answer',
    run: async ({ client, publisher, expect }) => {
      const answer = await publisher().send(`{${head},"data":"a\\ud800b"}`);
      expect([202, 400].includes(answer.status)).toBe(true);
      await publisher().to('alice', 'after');
      expect((await client('alice').poll()).data('orders').at(-1)).toBe('after');
    },
  },
  {
    clause: '3.7',
    title: 'the payloads of an array stay with their own notification',
    run: async ({ client, publisher, pollRaw, expect }) => {
      const to = (name: string): object => ({ recipients: [name] });
      const items = [
        notification({ to: to('alice'), data: [1, { data: 'inner' }] }),
        notification({ to: to('bob'), data: '"data":{' }),
        notification({ to: to('alice'), kind: 'fetch', fetch: { href: '/api/orders/1', version: 'data' } }),
        notification({ to: to('carol'), data: { to: { recipients: ['mallory'] } } }),
      ];
      expect((await publisher().send(items)).status).toBe(202);
      const alice = (await client('alice').poll()).messages('orders');
      expect(alice.map((message) => (message.kind === 'direct' ? message.data : message.kind))).toEqual([
        [1, { data: 'inner' }],
        'fetch',
      ]);
      expect((await client('bob').poll()).data('orders')).toEqual(['"data":{']);
      expect((await client('carol').poll()).data('orders')).toEqual([{ to: { recipients: ['mallory'] } }]);
      expect(polledOf(await pollRaw('mallory', { applications: { orders: {} } })).data('orders')).toEqual([]);
    },
  },
  {
    clause: '3.7',
    title: 'ids are unique over recipients, applications and requests',
    run: async ({ publisher, expect }) => {
      const ids: string[] = [];
      for (const name of ['orders', 'calls'])
        for (const to of ['alice', 'bob']) ids.push(...(await publisher(name).to(to, 1, 2, 3)));
      ids.push(...(await publisher().direct({ everyone: true }, [1, 2])));
      expect(new Set(ids).size).toBe(14);
      for (const id of ids) expect(id).toMatch(/^[!-~]{1,256}$/);
    },
  },
];
