/** One recipient's messages never reach another. */
import { randomUUID } from 'node:crypto';
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
    ).map(([guard, change, sign]) => [
      guard,
      {
        modules: {
          'buffer/address.ts': () => ({
            addressKey: ({ kind, name = '' }: { kind: string; name?: string }) =>
              (kind === 'recipient' ? sign : sign === '' ? '' : kind) + change(name),
          }),
        },
      },
    ]),
  ),
});

/** Chi-square of nibbles against an even spread: 15 degrees of freedom. */
function unevenness(ids: readonly string[]): number {
  const counts = new Array<number>(16).fill(0);
  const hex = ids.map((id) => Buffer.from(id.slice(2), 'base64url').toString('hex')).join('');
  for (const nibble of hex) counts[Number.parseInt(nibble, 16)] = (counts[Number.parseInt(nibble, 16)] ?? 0) + 1;
  const expected = hex.length / 16;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/**
 * How long the server takes to say of a session that it knows nothing must not tell whether somebody else has it. Asked
 * in process, because the network's own times would hide more than they show; the two in turn, so that what slows the
 * machine slows both.
 */
async function expectEqualTimes({ server }: Target, others: string): Promise<void> {
  const identity = { recipient: 'mallory' };
  const times: { readonly known: number[]; readonly random: number[] } = { known: [], random: [] };
  const ask = async (session: string): Promise<number> => {
    const from = performance.now();
    for (let n = 0; n < 50; n++) await server.acknowledge(identity, { session, applications: { orders: 'x' } });
    return performance.now() - from;
  };
  for (let round = 0; round < 200; round++) {
    times.known.push(await ask(others));
    times.random.push(await ask(`s_${Buffer.from(randomUUID()).toString('base64url').slice(0, 22)}`));
  }
  const ratio = median(times.known) / median(times.random);
  expect(Math.max(ratio, 1 / ratio)).toBeLessThan(2);
}

describeThreat({
  id: 'T3',
  title: 'ids that can be guessed, or told to exist',
  async attack(target) {
    const ids: string[] = [];
    for (let index = 0; index < 600; index++)
      ids.push(polled(await target.poll(`user-${index % 60}`, { applications: {} })).session);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^s_[\w-]{22,}$/.test(id))).toBe(true);
    // Passed by chance once in a million.
    expect(unevenness(ids)).toBeLessThan(57);
    expect(new Set(ids.map((id) => id.slice(2, 6))).size).toBeGreaterThan(590);
    const headers = { authorization: `Bearer ${await target.token('mallory')}` };
    for (const id of [ids[0], 's_AAAAAAAAAAAAAAAAAAAAAA']) {
      const ack = await target.send('POST', '/pollux/ack', { headers, body: { session: id, applications: {} } });
      expect([ack.status, ack.text]).toEqual([404, expect.stringContaining('"code":"unknown-session"')]);
      const bye = await target.send('DELETE', `/pollux/session/${id}`, { headers });
      expect([bye.status, bye.text]).toEqual([204, '']);
      const poll = await target.send('POST', '/pollux/poll', {
        headers,
        body: { session: id, seq: 0, applications: { orders: { cursor: null } } },
      });
      expect([poll.status, Object.keys(polled(poll)).toSorted()]).toEqual([200, ['advice', 'applications', 'session']]);
    }
    await expectEqualTimes(target, ids[0] ?? '');
  },
  without: {
    'ids are 128 bits of chance': {
      random: (() => {
        let count = 0;
        return { next: Math.random, token: () => Buffer.from(String(count++).padStart(16, '0')).toString('base64url') };
      })(),
    },
    'of another’s session no more is done than of none': {
      server: (server) => ({
        ...server,
        acknowledge: (identity, request) => {
          // Looks at what the session asked for before it looks at whose it is.
          if (server.inspect.session(request.session) !== undefined)
            for (let n = 0; n < 20; n++) JSON.stringify(server.inspect.session(request.session));
          return server.acknowledge(identity, request);
        },
      }),
    },
    'another’s session is as unknown as none': {
      server: (server) => ({
        ...server,
        acknowledge: (identity, request) => {
          const found = server.inspect.session(request.session);
          return found !== undefined && found.recipient !== identity.recipient
            ? { type: 'urn:pollux:problem:forbidden', code: 'forbidden', title: 'The session is of somebody else', status: 403 }
            : server.acknowledge(identity, request);
        },
      }),
    },
  },
});

describeThreat({
  id: 'T4',
  title: 'a session id that the attacker chose',
  async attack(target) {
    const chosen = `s_${Buffer.from(randomUUID()).toString('base64url').slice(0, 22)}`;
    const opened = polled(await target.poll('alice', { session: chosen, applications: {} })).session;
    expect(opened).not.toBe(chosen);
    // What was opened as somebody else before the login is not gone on with after it.
    const before = polled(await target.poll('visitor', { applications: {} })).session;
    const after = polled(await target.poll('alice', { session: before, applications: { orders: { cursor: null } } })).session;
    expect(after).toMatch(/^s_/);
    expect(after).not.toBe(before);
    expect(target.server.inspect.session(before)).toMatchObject({ recipient: 'visitor' });
  },
  without: {
    'the server makes session ids': {
      server: (server) => ({
        ...server,
        poll: (identity, request, reply) =>
          server.poll(identity, request, {
            answer(outcome) {
              if (outcome.status !== 200 || request.session === undefined) return reply.answer(outcome);
              reply.answer({ ...outcome, json: JSON.stringify({ ...JSON.parse(outcome.json), session: request.session }) });
            },
          }),
      }),
    },
    'a session belongs to its recipient': {
      modules: {
        'server/sessions.ts': () => ({
          findSession: (context: { sessions: Map<string, unknown> }, _identity: unknown, id = '') => context.sessions.get(id),
        }),
      },
    },
  },
});
