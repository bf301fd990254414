/** What one communication server tells of a message whose client is at another one over the same Redis. */
import type { PollAnswer, PollRequest } from '@pollux/core';
import { createCommunicationServer, type PollOutcome } from '@pollux/core/server';
import { afterAll, describe, expect, it } from 'vitest';
import { openRedisBuffer } from '../src/index.ts';
import { startRedis } from '../src/testing/index.ts';
import { holdPoll, scriptCalls } from './support/polls.ts';

const redis = await startRedis();
afterAll(() => redis[Symbol.asyncDispose]());

async function openNode(prefix: string) {
  const buffer = await openRedisBuffer({ url: redis.url, prefix });
  const server = createCommunicationServer({ applications: { orders: {} }, buffer });
  return {
    server,
    async [Symbol.asyncDispose]() {
      await server.close({ drainSeconds: 0 });
      await buffer.close();
    },
  };
}

type Node = Awaited<ReturnType<typeof openNode>>;

interface Told {
  readonly session: string;
  readonly cursor: string;
  readonly data: readonly unknown[];
}

/** Polls once, without waiting. */
async function poll({ server }: Node, body: Partial<PollRequest> = {}): Promise<Told> {
  const request: PollRequest = { wait: 0, applications: { orders: { cursor: null } }, ...body };
  const outcome = await new Promise<PollOutcome>((answer) => void server.poll({ recipient: 'alice' }, request, { answer }));
  if (outcome.status === 204) return { session: '', cursor: '', data: [] };
  if (outcome.status !== 200) throw new Error(JSON.stringify(outcome));
  const { session, applications } = JSON.parse(outcome.json) as PollAnswer;
  const section = applications?.['orders'];
  if (section === undefined || 'error' in section) return { session: session ?? '', cursor: '', data: [] };
  const data = (section.messages ?? []).map((message) => ('data' in message ? message.data : undefined));
  return { session: session ?? '', cursor: section.cursor ?? '', data };
}

describe('two nodes over one Redis', () => {
  it('say why a message waits, wherever its client polls', async () => {
    await using here = await openNode('why:');
    await using there = await openNode('why:');
    const first = await poll(there);
    const accepted = await here.server
      .application('orders')
      .notify({ recipients: ['alice'] }, { kind: 'direct', type: 'n', data: 1 });
    const id = accepted.accepted[0]?.id ?? '';
    const why = async () => (await here.server.status('orders', id)) ?? { code: 'none', why: '', state: '', sessions: [] };
    expect(await why()).toMatchObject({
      state: 'pending',
      code: 'between-polls',
      why: expect.stringContaining('polls another node'),
    });
    const read = await poll(there, { session: first.session, applications: { orders: { cursor: first.cursor } } });
    expect(read.data).toEqual([1]);
    await poll(there, { session: first.session, applications: { orders: { cursor: first.cursor, read: read.cursor } } });
    expect(await why()).toMatchObject({ state: 'delivered', code: 'not-acknowledged', sessions: [{ session: first.session }] });
    await poll(there, { session: first.session, applications: { orders: { cursor: read.cursor } } });
    expect(await why()).toMatchObject({ state: 'acknowledged', code: 'ended' });
  });

  it('bound the sessions of a recipient together', async () => {
    await using here = await openNode('bound:');
    await using there = await openNode('bound:');
    const bound = here.server.limits.sessionsPerRecipient;
    const sessions: string[] = [];
    for (let n = 0; n < bound; n++) sessions.push((await poll(n % 2 === 0 ? here : there)).session);
    expect(new Set(sessions).size).toBe(bound);
    for (const node of [here, there]) await expect(poll(node)).rejects.toThrow('too-many-sessions');
    // One that ended at the other node makes room at both.
    there.server.goodbye({ recipient: 'alice' }, sessions[0] ?? '');
    await expect.poll(() => poll(here).then(({ session }) => session, String), { timeout: 5000 }).toMatch(/^s_/);
    await expect(poll(there)).rejects.toThrow('too-many-sessions');
  });

  it('ask Redis for a broadcast once, whoever waits for it', async () => {
    await using here = await openNode('all:');
    await using there = await openNode('all:');
    const waiting = await Promise.all(Array.from({ length: 200 }, (_, index) => holdPoll(here.server, `client-${index}`, 25)));
    const callsBefore = await scriptCalls(redis);
    await there.server.application('orders').notify({ everyone: true }, { kind: 'direct', type: 'n', data: 'for all' });
    const told = await Promise.all(waiting.map(({ answered }) => answered));
    const calls = (await scriptCalls(redis)) - callsBefore;
    expect(told.filter((outcome) => outcome.status === 200 && outcome.json.includes('for all')).length).toBe(200);
    // One to publish, one or two to read; each node sweeps once a second.
    expect(calls).toBeLessThan(20);
  });
});
