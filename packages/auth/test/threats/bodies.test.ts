/** Bodies made to exhaust, to pollute, or to be inflated. */
import type { IncomingMessage } from 'node:http';
import { brotliCompressSync, createBrotliDecompress, createGunzip, createInflate, deflateSync, gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { dataOf, held, notes, polled } from './polling.ts';
import type { Parts } from './target.ts';
import { describeThreat } from './threat.ts';

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const members = (count: number): string => `{${Array.from({ length: count }, (_, index) => `"k${index}":0`).join()}}`;

/** Bodies of a poll with something in a member that nobody looks at, and whether they are refused. */
const bombs: readonly (readonly [title: string, member: string, refused: boolean])[] = [
  ['31 levels', nested(31), false],
  ['32 levels', nested(32), true],
  ['500 levels', nested(500), true],
  ['30,000 levels', nested(30_000), true],
  ['500,000 levels', nested(500_000), true],
  ['open brackets only', '['.repeat(30_000), true],
  ['1,001 members', members(1001), true],
  ['80,000 members', members(80_000), true],
  ['a million digits', '9'.repeat(1_000_000), true],
  ['a million blanks', `${' '.repeat(1_000_000)}1`, true],
  ['NaN', 'NaN', true],
  ['a raw NUL', '"\u0000"', true],
  ['a raw line break', '"\n"', true],
  ['lone surrogates', '"\\ud800"', false],
  ['a member given twice', '1,"x":2', false],
];

describeThreat({
  id: 'T15',
  title: 'a body that is cheap to send and dear to read',
  async attack(target) {
    for (const [title, member, refused] of bombs) {
      const body = `{"applications":{"orders":{"cursor":null}},"x":${member}}`;
      const token = await target.token('alice');
      const answer = await target.send('POST', '/pollux/poll', { body, headers: { authorization: `Bearer ${token}` } });
      expect([title, refused ? [400, 413].includes(answer.status) : answer.status]).toEqual([title, refused || 200]);
      if (answer.status === 200)
        await target.send('DELETE', `/pollux/session/${polled(answer).session}`, {
          headers: { authorization: `Bearer ${token}` },
        });
      const data = `{"to":{"recipients":["alice"]},"kind":"direct","type":"note","data":${member}}`;
      const published = await target.publish('orders', data);
      expect([title, published.status < 500]).toEqual([title, true]);
    }
    expect(
      (
        await target.send('POST', '/pollux/poll', {
          body: '\ufeff{}',
          headers: { authorization: `Bearer ${await target.token('alice')}` },
        })
      ).status,
    ).toBe(400);
    // Whatever of it was taken, the same recipient goes on: an answer that cannot be written would end them all.
    await target.publish('orders', notes('alice', ['after']));
    expect((await held(target, 'alice')).at(-1)).toBe('after');
  },
  without: {
    'depth is counted before anything is built': { limits: { jsonDepth: 200 } },
    'members are counted': { limits: { jsonKeys: 1_000_000 } },
    'bytes are counted while reading': { limits: { pollBytes: 4_000_000 } },
    'JSON is scanned at all': {
      modules: {
        'protocol/json.ts': () => ({
          parseJson: (text: string) => {
            try {
              return { value: JSON.parse(text), payloads: [] };
            } catch {
              return { value: {}, payloads: [] };
            }
          },
        }),
      },
    },
  },
});

/** Everything that a polluted prototype would show. */
function pollution(): unknown[] {
  const probe: Record<string, unknown> = {};
  return [probe['polluted'], Object.keys(Object.prototype), ([] as unknown as Record<string, unknown>)['polluted']];
}

/** Copies members deeply, as helpers do that never heard of `__proto__`. */
function mergeNaively(into: Record<string, unknown>, from: Record<string, unknown>): Record<string, unknown> {
  for (const [name, value] of Object.entries(from)) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) into[name] = value;
    else into[name] = mergeNaively((into[name] ?? {}) as Record<string, unknown>, value as Record<string, unknown>);
  }
  return into;
}

function merging(parse: string): Parts {
  return {
    modules: {
      'protocol/requests.ts': (actual) => ({
        [parse]: (value: Record<string, unknown>, ...more: unknown[]) =>
          (actual[parse] as unknown as (...all: unknown[]) => unknown)(mergeNaively({}, value), ...more),
      }),
    },
  };
}

describeThreat({
  id: 'T16',
  title: 'names that every object has',
  async attack(target) {
    const poison = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    const headers = { authorization: `Bearer ${await target.token('alice')}`, ['__proto__']: 'x', constructor: 'x' };
    try {
      for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__defineGetter__']) {
        const polls = [
          `{"applications":{"${name}":{"cursor":null},"orders":{"cursor":null}},"__proto__":${poison}}`,
          `{"applications":${poison}}`,
          `{"${name}":${poison},"applications":{"orders":${poison}}}`,
        ];
        const note = `{"to":{"recipients":["${name}"],"__proto__":{"polluted":1}},"kind":"direct","type":"${name}","topic":"${name}","key":"${name}","data":${poison},"__proto__":{"polluted":1}}`;
        const statuses: number[] = [];
        for (const body of polls) statuses.push((await target.send('POST', '/pollux/poll', { body, headers })).status);
        for (const body of [note, `[${note.replace('"key":"', '"key":"2')}]`])
          statuses.push((await target.publish('orders', body)).status);
        const path = `/pollux/applications/${name}/notifications`;
        statuses.push(
          (await target.send('POST', path, { body: '{}', headers: { authorization: `Bearer ${target.keys['orders']}` } })).status,
        );
        expect(pollution()).toEqual([undefined, [], undefined]);
        expect(statuses).toEqual([200, 200, 200, 202, 202, 403]);
        expect(await held(target, name)).toEqual([JSON.parse(poison)]);
      }
    } finally {
      for (const name of Object.keys(Object.prototype)) Reflect.deleteProperty(Object.prototype, name);
    }
  },
  without: {
    'a poll is never merged into an object': merging('parsePollRequest'),
    'a notification is never merged into an object': merging('parseNotification'),
  },
});

/** A host that inflates what comes, as many body parsers do. */
const inflating: Parts = {
  listener: (listener) => (request, response) => {
    const inflate = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress }[
      String(request.headers['content-encoding'])
    ];
    if (inflate === undefined) return listener(request, response);
    delete request.headers['content-encoding'];
    delete request.headers['content-length'];
    const { headers, method, url, socket, rawHeaders } = request;
    const body = request.pipe(inflate()).on('error', () => response.destroy());
    listener(
      Object.assign(body, { headers, method, url, socket, rawHeaders, complete: true }) as unknown as IncomingMessage,
      response,
    );
  },
};

describeThreat({
  id: 'T34',
  title: 'a compressed body that is large inside',
  async attack(target) {
    const text = JSON.stringify({ applications: { orders: { cursor: null } } });
    const zeros = `{"applications":{},"x":"${'0'.repeat(20_000_000)}"}`;
    const headers = { authorization: `Bearer ${await target.token('alice')}` };
    const before = process.memoryUsage().rss;
    const bodies: readonly (readonly [string, Uint8Array])[] = [
      ['gzip', gzipSync(text)],
      ['deflate', deflateSync(text)],
      ['br', brotliCompressSync(text)],
      ['gzip, gzip', gzipSync(gzipSync(text))],
      ['GZIP', gzipSync(text)],
      ['x-gzip', gzipSync(text)],
      ['identity, gzip', gzipSync(text)],
      ['unheard-of', Buffer.from(text)],
      ['gzip', gzipSync(zeros)],
      ['br', brotliCompressSync(zeros, { params: { 1: 1 } })],
    ];
    for (const [encoding, body] of bodies) {
      const sent = { body, headers: { ...headers, 'content-encoding': encoding } };
      for (const path of ['/pollux/poll', '/pollux/ack'])
        expect([encoding, (await target.send('POST', path, sent)).status]).toEqual([encoding, 415]);
      const published = await target.publish('orders', body, {
        headers: { ...sent.headers, authorization: `Bearer ${target.keys['orders']}` },
      });
      expect([encoding, published.status]).toEqual([encoding, 415]);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
    expect(
      dataOf(await target.send('POST', '/pollux/poll', { body: text, headers: { ...headers, 'content-encoding': 'identity' } })),
    ).toEqual([]);
  },
  without: {
    'bodies are never inflated': inflating,
    'Content-Encoding is looked at': {
      listener: (listener) => (request, response) => {
        delete request.headers['content-encoding'];
        listener(request, response);
      },
    },
  },
});
