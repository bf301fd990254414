/** The short way of reading a poll gives what the long way gives, or leaves the text to it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPlainPoll } from '../../src/protocol/plain-poll.ts';
import { parsePollRequest } from '../../src/protocol/requests.ts';

const cursor = 'rAAAAAAAAAAA0.eAAAAAAAAAAA0';

/** What the long way makes of a text. */
function readWhole(text: string): unknown {
  try {
    return parsePollRequest(JSON.parse(text));
  } catch {
    return 'no JSON';
  }
}

describe('a poll that is plainly written', () => {
  const plain: readonly [string, object][] = [
    ['in a session', { v: 1, session: 's_x', seq: 12, wait: 25, applications: { orders: { cursor } } }],
    ['without a version', { session: 's_x', seq: 0, wait: 0, applications: { orders: { cursor } } }],
    ['the first one', { v: 1, seq: 0, wait: 0, applications: { orders: { cursor: null } } }],
    ['of an application named as what every object has', { seq: 1, applications: { constructor: { cursor } } }],
    ['of two applications, one of them read on', { seq: 3, applications: { a: { cursor, read: cursor }, b: { cursor: null } } }],
  ];
  for (const [name, request] of plain) {
    it(`is read the short way: ${name}`, () => {
      const text = JSON.stringify(request);
      expect(readPlainPoll(text)).toEqual(readWhole(text));
      expect(readPlainPoll(text)).toBeDefined();
    });
  }

  it('is read the same if a name or member stands twice', () => {
    const text = '{"session":"s_x","applications":{"a":{"cursor":"x"},"b":{"cursor":"y"},"a":{"cursor":"z","read":null}}}';
    expect(readPlainPoll(text)).toEqual(readWhole(text));
    expect(Object.keys(readPlainPoll(text)?.applications ?? {})).toEqual(['a', 'b']);
  });
});

describe('everything else is left to the long way', () => {
  const others = [
    '',
    '{}',
    '[]',
    '{"v":2,"applications":{"a":{"cursor":null}}}',
    '{"seq":01,"applications":{"a":{"cursor":null}}}',
    '{"seq":-1,"applications":{"a":{"cursor":null}}}',
    '{"seq":1e3,"applications":{"a":{"cursor":null}}}',
    '{"seq":1.5,"applications":{"a":{"cursor":null}}}',
    '{"seq":9007199254740993,"applications":{"a":{"cursor":null}}}',
    '{"wait":2000000000,"applications":{"a":{"cursor":null}}}',
    '{"applications":{"a":{"cursor":"\\u0041"}}}',
    '{"applications":{"a":{"cursor":"\u00e9"}}}',
    '{"applications":{"a":{"cursor":"\n"}}}',
    '{"applications":{"__proto__":{"cursor":null}}}',
    '{"applications":{"1":{"cursor":null}}}',
    '{"applications":{"a":{"cursor":null,"maxDelay":2}}}',
    '{"applications":{"a":{"cursor":null}},"failed":[]}',
    '{"applications":{"a":{"cursor":null}}} ',
    '{"applications":{"a":{"cursor":null}}}}',
    '{"applications":{"a":{"cursor":null},}}',
    '{"applications":{"a":{"cursor":null}',
    '{"session":"s_x"}',
  ];
  for (const text of others) it(JSON.stringify(text), () => expect(readPlainPoll(text)).toBeUndefined());
});

it('never differs from the long way, however a plain poll is changed', () => {
  const texts = [
    JSON.stringify({
      v: 1,
      session: 's_x',
      seq: 12,
      wait: 25,
      applications: { orders: { cursor, read: cursor }, b: { cursor: null } },
    }),
    JSON.stringify({ session: 's_x', seq: 0, wait: 0, applications: { a: { cursor } } }),
  ];
  const changed = fc.tuple(
    fc.constantFrom(...texts),
    fc.array(
      fc.tuple(
        fc.nat(200),
        fc.nat(6),
        fc.constantFrom('', '"', '\\', '{', '}', ',', ':', '0', '9', ' ', '-', 'null', '"a":', 'é', '\u0007'),
      ),
      {
        maxLength: 4,
      },
    ),
  );
  let short = 0;
  fc.assert(
    fc.property(changed, ([text, changes]) => {
      const made = changes.reduce((so, [at, cut, put]) => so.slice(0, at) + put + so.slice(at + cut), text);
      const found = readPlainPoll(made);
      if (found === undefined) return;
      short++;
      expect(found).toEqual(readWhole(made));
    }),
    { numRuns: 20_000 },
  );
  expect(short).toBeGreaterThan(1000);
});
