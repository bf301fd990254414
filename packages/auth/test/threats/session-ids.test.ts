/** Session ids: neither guessed, nor told to exist, nor chosen by who attacks. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { polled } from './polling.ts';
import type { Target } from './target.ts';
import { describeThreat } from './threat.ts';

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
      expect([poll.status, Object.keys(polled(poll)).toSorted()]).toEqual([
        200,
        ['advice', 'applications', 'recipient', 'session'],
      ]);
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
