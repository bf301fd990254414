/** Sessions taken over, polls overtaken, acknowledgements replayed and forged. */
import type { MaybePromise, MessageBuffer, QueueExchange } from '@pollux/core/server';
import { messageId } from '@pollux/core/server';
import { expect } from 'vitest';
import { dataOf, held, notes, polled } from './polling.ts';
import type { Reply, Target } from './target.ts';
import { describeThreat } from './threat.ts';

/** Waits for something that the server comes to by itself. */
async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    expect(turn, 'it never came to pass').toBeLessThan(1000);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What the in-memory buffer answers comes at once. */
function now<T>(value: MaybePromise<T>): T {
  return value as T;
}

/** A buffer whose questions are changed. */
function asking(buffer: MessageBuffer, change: (asked: QueueExchange) => QueueExchange): MessageBuffer {
  return {
    ...buffer,
    exchange: (request, signal) => buffer.exchange({ ...request, queues: request.queues.map(change) }, signal),
  };
}

async function openSession(target: Target, recipient: string): Promise<{ session: string; cursor: string }> {
  const { session, applications } = polled(await target.poll(recipient, { applications: { orders: { cursor: null } } }));
  return { session, cursor: applications?.['orders']?.cursor ?? '' };
}

const sharedSession = {
  'server/sessions.ts': () => ({
    findSession: (context: { sessions: Map<string, unknown> }, _identity: unknown, id = '') => context.sessions.get(id),
  }),
};

describeThreat({
  id: 'T5',
  title: 'a session taken over by whoever knows its id',
  async attack(target) {
    const { session, cursor } = await openSession(target, 'alice');
    const waiting = target.poll('alice', { session, seq: 5, wait: 25, applications: { orders: { cursor } } });
    let answer: Reply | undefined;
    void waiting.then((reply) => {
      answer = reply;
    });
    await until(() => target.server.inspect.totals().heldPolls === 1);
    const headers = { authorization: `Bearer ${await target.token('mallory')}` };
    const stolen = polled(await target.poll('mallory', { session, seq: 99, wait: 0, applications: { orders: { cursor } } }));
    expect(stolen.session).not.toBe(session);
    expect(
      (await target.send('POST', '/pollux/ack', { headers, body: { session, applications: { orders: cursor } } })).status,
    ).toBe(404);
    expect((await target.send('DELETE', `/pollux/session/${session}`, { headers })).status).toBe(204);
    expect([answer, target.server.inspect.totals().heldPolls, target.server.inspect.session(session)?.recipient]).toEqual([
      undefined,
      1,
      'alice',
    ]);
    await target.publish('orders', notes('alice', ['for alice']));
    expect(dataOf(await waiting)).toEqual(['for alice']);
    expect(await held(target, 'alice')).toEqual(['for alice']);
  },
  without: { 'a session belongs to its recipient': { modules: sharedSession } },
});

describeThreat({
  id: 'T6',
  title: 'two pollers of one session',
  async attack(target) {
    const total = 200;
    const { session, cursor } = await openSession(target, 'alice');
    const first = target.poll('alice', { session, seq: 1, wait: 25, applications: { orders: { cursor } } });
    await until(() => target.server.inspect.totals().heldPolls === 1);
    const second = target.poll('alice', { session, seq: 2, wait: 25, applications: { orders: { cursor } } });
    const loser = await first;
    expect([loser.status, loser.text]).toEqual([409, expect.stringContaining('"code":"superseded"')]);
    const received = new Set<unknown>();
    await target.publish('orders', notes('alice', [0]));
    for (const data of dataOf(await second)) received.add(data);
    // From here on two pollers race: each newer poll ends the older one, some hang up while they are being answered.
    let seq = 3;
    const race: Promise<unknown>[] = [];
    for (let from = 1; from < total; from += 10) {
      race.push(
        target.publish(
          'orders',
          notes(
            'alice',
            Array.from({ length: Math.min(10, total - from) }, (_, index) => from + index),
          ),
        ),
      );
      for (const patience of [1, 5, undefined]) {
        const signal = patience === undefined ? {} : { signal: AbortSignal.timeout(patience) };
        const body = { session, seq: seq++, wait: 0.2, applications: { orders: { cursor } } };
        race.push(
          target.poll('alice', body, signal).then(
            (reply) => expect([200, 204, 409]).toContain(reply.status),
            () => undefined,
          ),
        );
      }
      await race[race.length - 1];
    }
    await Promise.all(race);
    // Nobody has said that anything was handled, so all of it is still there, in order.
    expect(await held(target, 'alice')).toEqual(Array.from({ length: total }, (_, index) => index));
  },
  without: {
    'the loser is told': {
      server: (server) => ({
        ...server,
        poll: (identity, request, reply) =>
          server.poll(identity, request, {
            answer: (outcome) => reply.answer(outcome.status === 409 ? { status: 204 } : outcome),
          }),
      }),
    },
    'delivery frees nothing': {
      buffer: (buffer) => ({
        ...buffer,
        exchange: (request, signal) => {
          const found = now(buffer.exchange(request, signal));
          for (const { epoch, messages } of found)
            for (const { position } of messages) now(buffer.take(messageId(epoch, position), { kind: 'withdraw' }));
          return found;
        },
      }),
    },
  },
});

/** A cursor moved on (or back) in every queue that it names. */
function moved(cursor: string, by: number): string {
  return cursor
    .split('.')
    .map((part) => part.slice(0, 12) + (Number.parseInt(part.slice(12), 36) + by).toString(36))
    .join('.');
}

describeThreat({
  id: 'T7',
  title: 'acknowledgements replayed and forged',
  async attack(target) {
    const headers = { authorization: `Bearer ${await target.token('alice')}` };
    const start = await openSession(target, 'alice');
    await target.publish('orders', notes('alice', [1, 2, 3]));
    const { session } = start;
    const poll = (cursor: unknown): Promise<Reply> =>
      target.poll('alice', { session, wait: 0, applications: { orders: { cursor } } });
    const acknowledge = (cursor: unknown, name = headers): Promise<Reply> =>
      target.send('POST', '/pollux/ack', { headers: name, body: { session, applications: { orders: cursor } } });
    const first = polled(await poll(start.cursor)).applications?.['orders']?.messages?.[0]?.cursor ?? '';
    expect((await acknowledge(first)).status).toBe(204);
    for (const garbled of [
      -1,
      1.5,
      2 ** 53,
      '1e3',
      '',
      {},
      [],
      null,
      true,
      `${first}.${first}`,
      `${first}-`,
      first.replace('r', 'q'),
      `${first}${'z'.repeat(11)}`,
    ]) {
      expect((await acknowledge(garbled)).text).toContain('"invalid-cursor"');
      if (garbled !== null) expect((await poll(garbled)).text).toMatch(/"status":400/);
    }
    expect((await acknowledge(start.cursor)).status).toBe(204);
    expect((await acknowledge(moved(first, 2), { authorization: `Bearer ${await target.token('mallory')}` })).status).toBe(404);
    expect(await held(target, 'alice')).toEqual([2, 3]);
    // Above what was sent, and above what there is.
    await target.publish('orders', notes('alice', [4, 5, 6]));
    for (const by of [5, 1_000_000, 2 ** 40]) await acknowledge(moved(first, by));
    expect(await held(target, 'alice')).toEqual(expect.arrayContaining([4, 5, 6]));
    for (const by of [1_000_000, 2 ** 40]) await poll(moved(first, by));
    await target.publish('orders', notes('alice', [7, 8, 9, 10]));
    expect((await held(target, 'alice')).slice(-7)).toEqual([4, 5, 6, 7, 8, 9, 10]);
  },
  without: {
    'an acknowledgement counts up to what the session was sent': {
      buffer: (buffer) => asking(buffer, ({ limit: _limit, ...asked }) => asked),
    },
    'beyond the end nothing is acknowledged': {
      buffer: (buffer) =>
        asking(buffer, (asked) => {
          const life = now(buffer.inspect.queues(asked.address)).find((queue) => queue.application === asked.application);
          if (life === undefined || asked.handled === undefined || asked.handled.position <= life.last) return asked;
          const end = { epoch: life.epoch, position: life.last };
          return { ...asked, handled: end, read: end, limit: undefined };
        }),
    },
    'a session belongs to its recipient': { modules: sharedSession },
    'a cursor has one form': {
      modules: {
        'protocol/cursor.ts': (actual) => ({
          parseCursor: (text: string) => (actual['parseCursor'] as unknown as (text: string) => unknown)(text) ?? new Map(),
        }),
      },
    },
  },
});
