/** One recipient's messages never reach another. */
import type { PollOutcome } from '@pollux/core/server';
import { expect } from 'vitest';
import { dataOf, held, notes, polled } from './polling.ts';
import type { Target } from './target.ts';
import { describeThreat } from './threat.ts';

const names = ['orders', 'news', 'calls', 'mail', 'chat'];
const recipients = Array.from({ length: 40 }, (_, index) => `user-${index}`);
const each = 10;

interface Canary {
  readonly recipient: string;
  readonly application: string;
  readonly number: number;
}

/** Reads as one recipient, claiming to be the next one in every way there is, and hanging up now and then. */
async function readAll(target: Target, recipient: string, victim: string): Promise<Canary[]> {
  const found = new Map<string, Canary>();
  const states = Object.fromEntries(names.map((name) => [name, { cursor: null as string | null }]));
  const token = await target.token(recipient);
  let session: string | undefined;
  for (let turn = 0; turn < 60 && found.size < names.length * each; turn++) {
    const asking = {
      headers: { authorization: `Bearer ${token}`, 'x-recipient': victim, 'x-forwarded-user': victim },
      body: { session, wait: turn % 3, recipient: victim, sub: victim, applications: states },
    };
    const abort = turn % 5 === 3 ? AbortSignal.timeout(turn) : undefined;
    const reply = await target
      .send('POST', `/pollux/poll?recipient=${victim}`, { ...asking, ...(abort && { signal: abort }) })
      .catch(() => undefined);
    if (reply === undefined || reply.status === 204) continue;
    expect(reply.status).toBe(200);
    const answer = polled(reply);
    session = answer.session;
    for (const name of names) {
      for (const data of dataOf(reply, name)) {
        expect(data).toMatchObject({ recipient, application: name });
        found.set(`${name} ${(data as Canary).number}`, data as Canary);
      }
      const cursor = answer.applications?.[name]?.cursor;
      if (cursor !== undefined) states[name] = { cursor };
    }
  }
  return [...found.values()];
}

describeThreat({
  id: 'T1',
  title: 'one recipient reads what is for another',
  setting: { applications: Object.fromEntries(names.map((name) => [name, {}])), limits: { sessionsPerRecipient: 64 } },
  async attack(target) {
    const reading = Promise.allSettled(
      recipients.map((recipient, index) => readAll(target, recipient, recipients[(index + 1) % recipients.length] ?? '')),
    );
    for (const application of names) {
      const all = recipients.flatMap((recipient) =>
        Array.from({ length: each }, (_, number) => ({ recipient, application, number })),
      );
      for (let from = 0; from < all.length; from += 100) {
        const batch = all.slice(from, from + 100).flatMap((canary) => notes(canary.recipient, [canary]));
        expect((await target.publish(application, batch)).status).toBe(202);
      }
    }
    for (const read of await reading) {
      if (read.status === 'rejected') throw read.reason;
      expect(read.value.length).toBe(names.length * each);
    }
  },
  without: {
    'the recipient comes from the token only': {
      servlet: (options) => ({
        ...options,
        authenticate: async (request) => {
          const identity = await options.authenticate?.(request);
          const claimed = request.header('x-recipient');
          return identity && claimed !== undefined ? { ...identity, recipient: claimed } : identity;
        },
      }),
    },
    'an answer goes to its own poll': {
      server(server) {
        let waiting: { json: string; give: (json: string) => void }[] = [];
        const cross = (): void => {
          const all = waiting;
          waiting = [];
          for (const [index, { give }] of all.entries()) give(all[(index + 1) % all.length]?.json ?? '{}');
        };
        return {
          ...server,
          poll: (identity, request, reply) =>
            server.poll(identity, request, {
              answer(outcome: PollOutcome) {
                if (outcome.status !== 200) return reply.answer(outcome);
                waiting.push({ json: outcome.json, give: (json) => reply.answer({ ...outcome, json }) });
                // One that nobody joins gets its own, so that none waits for ever.
                if (waiting.length > 1) cross();
                else setTimeout(cross, 20);
              },
            }),
        };
      },
    },
  },
});

const confusable = [
  ...[
    'a:b',
    'a',
    'a%3Ab',
    'a/b',
    '{a}b',
    'a}{b',
    'a.',
    'a ',
    ' a',
    'A',
    'a\u0301',
    'á',
    'ra',
    'ga',
    'e',
    'everyone',
    '*',
    'a*',
    'a|b',
    'a,b',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    '0',
    '-0',
    '00',
    'null',
    'undefined',
    'x'.repeat(256),
    'x'.repeat(255),
    'ſ',
    's',
    'ß',
    'ss',
    'İ',
    'i',
  ],
];

type KeyOf = (address: { readonly kind: string; readonly name?: string }) => string;

/** What the in-memory buffer finds addresses by, with a key of another kind. */
function mapBy(keyOf: KeyOf) {
  return class {
    readonly entries = new Map<string, unknown>();
    get size() {
      return this.entries.size;
    }
    get(address: Parameters<KeyOf>[0]) {
      return this.entries.get(keyOf(address));
    }
    set(address: Parameters<KeyOf>[0], value: unknown) {
      this.entries.set(keyOf(address), value);
    }
    delete(address: Parameters<KeyOf>[0]) {
      this.entries.delete(keyOf(address));
    }
    values() {
      return this.entries.values();
    }
  };
}

describeThreat({
  id: 'T2',
  title: 'names that run together',
  setting: { applications: { orders: {}, b: {}, 'b-c': {}, c: {} } },
  async attack(target) {
    for (const [index, recipient] of confusable.entries()) {
      expect((await target.publish('orders', notes(recipient, [index]))).status).toBe(202);
      const group = { to: { group: recipient }, kind: 'direct', type: 'note', data: `group ${index}` };
      expect((await target.publish('orders', group)).status).toBe(202);
    }
    await target.publish('b-c', notes('a', ['(a, b-c)']));
    await target.publish('c', notes('a-b', ['(a-b, c)']));
    for (const [index, recipient] of confusable.entries()) expect(await held(target, recipient)).toEqual([index]);
    expect([await held(target, 'a', 'c'), await held(target, 'a-b', 'b-c'), await held(target, 'a', 'b-c')]).toEqual([
      [],
      [],
      ['(a, b-c)'],
    ]);
  },
  without: Object.fromEntries(
    (
      [
        ['an address keeps its kind', (name: string) => name, ''],
        ['names are compared exactly: case', (name: string) => name.toLowerCase(), 'r'],
        ['names are compared exactly: Unicode form', (name: string) => name.normalize('NFC'), 'r'],
        ['names are compared exactly: spaces', (name: string) => name.trim(), 'r'],
        ['names are taken as they are: escapes', (name: string) => name.replace('%3A', ':'), 'r'],
      ] as const
    ).map(([guard, change, sign]) => {
      const addressKey: KeyOf = ({ kind, name = '' }) => (kind === 'recipient' ? sign : sign === '' ? '' : kind) + change(name);
      return [
        guard,
        {
          modules: {
            'buffer/address.ts': () => ({ addressKey }),
            'buffer/memory/address-map.ts': () => ({ AddressMap: mapBy(addressKey) }),
          },
        },
      ];
    }),
  ),
});
