/** Names are compared exactly and never mixed up: protocol §1.3. */
import { problemOf } from '../answer.ts';
import { notification } from '../publisher.ts';
import type { Wire, WireCase } from '../wire.ts';

/** Publishes to each recipient its own name, and has each receive exactly that. */
async function expectApart(wire: Wire, recipients: readonly string[]): Promise<void> {
  await wire.publisher().send(recipients.map((name) => notification({ to: { recipients: [name] }, data: name })));
  for (const name of recipients) wire.expect((await wire.client(name).poll()).data('orders')).toEqual([name]);
}

function apart(title: string, recipients: readonly string[]): WireCase {
  return { clause: '1.3', title: `recipients do not run together: ${title}`, run: (wire) => expectApart(wire, recipients) };
}

/** Two groups that a joined key could mix up with recipients and each other. */
async function expectGroupsApart(wire: Wire): Promise<void> {
  const names = ['a', 'a:b', 'a:b:c', 'ra', 'ga', 'e', 'everyone', 'recipient', '__proto__'];
  const clients = names.map((name) => wire.clientWith(`member of ${name}`, { groups: [name] }));
  for (const client of clients) await client.poll();
  for (const name of names) await wire.publisher().direct({ group: name }, [name]);
  await wire.publisher().send(names.map((name) => notification({ to: { recipients: [name] }, data: 'not for groups' })));
  for (const [index, client] of clients.entries()) wire.expect((await client.poll()).data('orders')).toEqual([names[index]]);
}

const wrongNames: readonly (readonly [string, unknown])[] = [
  ['empty', ''],
  ['257 bytes', 'x'.repeat(257)],
  ['129 characters of 2 bytes', 'é'.repeat(129)],
  ['NUL', 'a\u0000'],
  ['carriage return', 'a\rb'],
  ['line feed', 'a\nb'],
  ['delete', 'a\u007f'],
  ['next line (U+0085)', 'a\u0085b'],
  ['a lone surrogate', 'a\ud800'],
  ['a number', 7],
  ['null', null],
  ['an object', {}],
  ['an array', ['a']],
];

function refused(member: 'recipient' | 'group' | 'topic' | 'key' | 'type', title: string, value: unknown): WireCase {
  const field = { recipient: 'to.recipients.0', group: 'to.group', topic: 'topic', key: 'key', type: 'type' }[member];
  const members =
    member === 'recipient'
      ? { to: { recipients: [value] } }
      : member === 'group'
        ? { to: { group: value } }
        : { [member]: value };
  return {
    clause: '1.3',
    title: `a ${member} is refused: ${title}`,
    run: async ({ publisher, expect }) => {
      const answer = await publisher().send(notification(members));
      expect([answer.status, problemOf(answer).code]).toEqual([400, 'invalid-field']);
      expect(problemOf(answer).field ?? '').toMatch(new RegExp(`^${field.replaceAll('.', '\\.')}$|^to$`));
    },
  };
}

export const names: readonly WireCase[] = [
  apart('separators', ['a:b', 'a', 'b', 'a:b:c', 'a/b', 'a%3Ab', 'a.b', 'a|b', '{a}b', 'a}{b', 'ra', 'ga', 'e']),
  apart('NFC and NFD', ['\u00e9', 'e\u0301', '\u212b', '\u00c5', 'A\u030a']),
  apart('trailing dot, space and slash', ['alice', 'alice.', 'alice ', ' alice', 'alice/', 'alice\u00a0', 'alice\u200b']),
  apart('case', ['alice', 'Alice', 'ALICE', '\u0131', 'i', 'I', '\u0130', '\u00df', 'SS']),
  apart('members of every object', [
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'valueOf',
    '__defineGetter__',
  ]),
  apart('words of programs', ['null', 'undefined', 'true', '0', '-0', '00', 'NaN', '[object Object]', 'everyone', 'recipient']),
  apart('line separators and signs', [
    'a\u2028b',
    'a\u2029b',
    'a\ufeffb',
    '😀',
    '👩‍👩‍👧',
    '\u202eevil',
    "'; DROP TABLE x",
    '<b>&amp;',
  ]),
  apart('256 bytes', ['x'.repeat(256), 'é'.repeat(128), '😀'.repeat(64), `${'x'.repeat(255)}y`]),
  {
    clause: '1.3',
    title: '(a:b, c) and (a, b:c) are two queues: recipient and application never join',
    options: { applications: { a: {}, ab: {}, b: {}, c: {}, 'a-b': {}, 'b-c': {} } },
    run: async (wire) => {
      const applications = ['a', 'ab', 'b', 'c', 'a-b', 'b-c'];
      const pairs = [
        ['a:b', 'c'],
        ['a', 'b-c'],
        ['a', 'ab'],
        ['aa', 'b'],
        ['x-a', 'b'],
        ['x', 'a-b'],
        ['a-b', 'c'],
      ] as const;
      for (const [recipient, application] of pairs)
        await wire.publisher(application).to(recipient, `${recipient} ${application}`);
      for (const recipient of new Set(pairs.map(([name]) => name))) {
        const polled = await wire.client(recipient, ...applications).poll();
        for (const application of applications) {
          const mine = pairs.some(([name, of]) => name === recipient && of === application);
          wire
            .expect([recipient, application, polled.data(application)])
            .toEqual([recipient, application, mine ? [`${recipient} ${application}`] : []]);
        }
      }
    },
  },
  {
    clause: '1.3',
    title: 'groups do not run together with one another, with recipients, or with everyone',
    run: expectGroupsApart,
  },
  ...wrongNames.map(([title, value]) => refused('recipient', title, value)),
  refused('group', 'a line feed', 'a\nb'),
  refused('group', '257 bytes', 'x'.repeat(257)),
  refused('topic', 'empty', ''),
  refused('topic', 'a line feed', 'a\nb'),
  refused('key', '257 bytes', 'x'.repeat(257)),
  refused('key', 'a number', 7),
  refused('type', 'a carriage return', 'a\rb'),
  refused('type', 'left out', undefined),
  {
    clause: '3.9',
    title: 'an application called like a member of every object is an unknown one, and costs only itself',
    run: async ({ pollRaw, publisher, expect }) => {
      await publisher().to('alice', 1);
      const body =
        '{"applications":{"__proto__":{"cursor":null},"constructor":{"cursor":null},"toString":{},"orders":{"cursor":null}}}';
      const answer = await pollRaw('alice', body);
      expect(answer.status).toBe(200);
      const sections = new Map(Object.entries((answer.json as { readonly applications: object }).applications));
      for (const name of ['__proto__', 'constructor', 'toString']) {
        expect((sections.get(name) as { readonly error?: { readonly code?: string } } | undefined)?.error?.code).toBe(
          'unknown-application',
        );
      }
      expect(answer.text.includes('"data":1')).toBe(true);
    },
  },
];
