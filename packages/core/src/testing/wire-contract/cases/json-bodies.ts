/** Bodies that are no JSON, or too much of it: protocol §2.5, §2.7, §1.5. */
import { problemOf } from '../answer.ts';
import type { Wire, WireCase } from '../wire.ts';

/** After whatever was sent, a normal publish and poll of the same recipient work. */
async function expectAlive(wire: Wire): Promise<void> {
  await wire.publisher().to('alice', 'alive');
  wire.expect((await wire.client('alice').poll()).data('orders')).toEqual(['alive']);
}

type Code =
  | 'malformed-json'
  | 'json-too-deep'
  | 'json-too-many-keys'
  | 'invalid-field'
  | 'payload-too-large'
  | 'message-too-large';

function refusedBody(
  title: string,
  body: string | Uint8Array,
  codes: readonly Code[],
  only?: 'poll' | 'publish',
): readonly WireCase[] {
  const targets = only === undefined ? (['poll', 'publish'] as const) : [only];
  return targets.map((target) => ({
    clause: '2.5',
    title: `a ${target} body is refused: ${title}`,
    run: async (wire) => {
      const answer = target === 'poll' ? await wire.pollRaw('alice', body) : await wire.publisher().send(body);
      wire.expect([400, 413].includes(answer.status)).toBe(true);
      wire.expect(codes.includes(problemOf(answer).code as Code)).toBe(true);
      await expectAlive(wire);
    },
  }));
}

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
const text = (value: string): number[] => [...new TextEncoder().encode(value)];
const head = '"to":{"recipients":["alice"]},"kind":"direct","type":"t"';
const nested = (depth: number): string => `{${head},"data":${'['.repeat(depth)}${']'.repeat(depth)}}`;
const many = (count: number): string => `{${head},"data":{${Array.from({ length: count }, (_, i) => `"k${i}":0`).join(',')}}}`;

export const jsonBodies: readonly WireCase[] = [
  ...refusedBody('empty', '', ['malformed-json']),
  ...refusedBody('a word', 'hello', ['malformed-json']),
  ...refusedBody('cut off', `{${head},"data":[1,2`, ['malformed-json']),
  ...refusedBody('two values', '{}{}', ['malformed-json']),
  ...refusedBody('a comma too many', `{${head},"data":1,}`, ['malformed-json']),
  ...refusedBody('a comment', `{${head},"data":1/*x*/}`, ['malformed-json']),
  ...refusedBody('NaN', `{${head},"data":NaN}`, ['malformed-json']),
  ...refusedBody('a raw NUL', `{${head},"data":"a\u0000b"}`, ['malformed-json']),
  ...refusedBody('a raw line feed in a text', `{${head},"data":"a\nb"}`, ['malformed-json']),
  ...refusedBody('a byte order mark', bytes(0xef, 0xbb, 0xbf, ...text(`{${head},"data":1}`)), ['malformed-json']),
  ...refusedBody('bytes that are not UTF-8', bytes(...text(`{${head},"data":"`), 0xff, 0xfe, ...text('"}')), ['malformed-json']),
  ...refusedBody('an overlong encoding', bytes(...text(`{${head},"data":"`), 0xc0, 0xaf, ...text('"}')), ['malformed-json']),
  ...refusedBody('an encoded surrogate', bytes(...text(`{${head},"data":"`), 0xed, 0xa0, 0x80, ...text('"}')), [
    'malformed-json',
  ]),
  ...refusedBody('UTF-16', bytes(...text(`{${head},"data":1}`).flatMap((value) => [value, 0])), ['malformed-json']),
  ...refusedBody('33 levels', nested(32), ['json-too-deep'], 'publish'),
  ...refusedBody('5,000 levels', '['.repeat(5000), ['json-too-deep']),
  ...refusedBody('5,000 levels of objects', '{"a":'.repeat(5000), ['json-too-deep']),
  ...refusedBody('30,000 closed levels', '['.repeat(30_000) + ']'.repeat(30_000), ['json-too-deep']),
  ...refusedBody('1,001 members', many(1000), ['json-too-many-keys'], 'publish'),
  ...refusedBody(
    '5,000 members',
    `{"applications":{${Array.from({ length: 5000 }, (_, i) => `"k":${i}`).join(',')}}}`,
    ['json-too-many-keys'],
    'poll',
  ),
  ...refusedBody('null', 'null', ['invalid-field']),
  ...refusedBody('a number', '7', ['invalid-field']),
  ...refusedBody('a text', '"x"', ['invalid-field']),
  ...refusedBody('an array', '[{}]', ['invalid-field'], 'poll'),
  ...refusedBody('an empty array', '[]', ['invalid-field'], 'publish'),
  {
    clause: '2.5',
    title: 'sixty thousand digits are refused or kept, and break nothing',
    run: async (wire) => {
      const answer = await wire.publisher().send(`{${head},"data":${'9'.repeat(60_000)}}`);
      wire.expect([202, 400, 413].includes(answer.status)).toBe(true);
      wire.expect((await wire.client('alice').poll()).status).toBe(200);
    },
  },
  {
    clause: '2.5',
    title: 'exactly 32 levels and a thousand members are taken',
    run: async (wire) => {
      wire.expect((await wire.publisher().send(nested(31))).status).toBe(202);
      wire.expect((await wire.publisher().send(many(990))).status).toBe(202);
      wire.expect((await wire.client('alice').poll()).messages('orders').length).toBe(2);
    },
  },
  {
    clause: '2.7',
    title: 'wrong members of a poll name their field',
    run: async ({ client, expect }) => {
      const wrong: readonly (readonly [string, unknown])[] = [
        ['session', 7],
        ['session', 'x'.repeat(257)],
        ['session', 'é'.repeat(129)],
        ['seq', -1],
        ['seq', 1.5],
        ['seq', '1'],
        ['wait', -1],
        ['wait', '1'],
        ['wait', null],
        ['applications', null],
        ['applications', []],
        ['applications', 'orders'],
      ];
      for (const [field, value] of wrong) {
        const answer = await client('alice').send({ body: { [field]: value } });
        expect([field, value, answer.status, problemOf(answer).code, problemOf(answer).field]).toEqual([
          field,
          value,
          400,
          'invalid-field',
          field,
        ]);
      }
    },
  },
  {
    clause: '1.5',
    title: 'an unknown version is refused, naming those spoken, of a poll, an acknowledgement and a publish alike',
    run: async ({ client, publisher, peer, send, expect }) => {
      const alice = client('alice');
      const { session = '' } = (await alice.poll()).body;
      const acknowledge = (v: unknown): ReturnType<typeof send> =>
        send('POST', '/ack', {
          headers: { ...peer.authorization('alice'), 'content-type': 'application/json' },
          body: { v, session, applications: {} },
        });
      const publish = (v: unknown): ReturnType<typeof send> =>
        publisher().send({ v, to: { recipients: ['alice'] }, kind: 'direct', type: 't', data: 1 });
      for (const v of [0, 2, '1', null, {}]) {
        for (const answer of [await client('bob').send({ body: { v } }), await acknowledge(v), await publish(v)]) {
          expect([v, answer.status, problemOf(answer).code]).toEqual([v, 400, 'unsupported-version']);
          expect(problemOf(answer).detail ?? '').toMatch(/1/);
        }
      }
      const taken = [await client('bob').send({ body: { v: 1 } }), await acknowledge(1), await publish(1)];
      expect(taken.map(({ status }) => status)).toEqual([200, 204, 202]);
    },
  },
];
