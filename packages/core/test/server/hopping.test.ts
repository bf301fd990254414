/** One client, several servers over one buffer: its session goes with it. */
import {
  type ClientIdentity,
  type CommunicationServer,
  createCommunicationServer,
  createMemoryBuffer,
  type MessageBuffer,
  type PollOutcome,
  type ServerEvent,
} from '@pollux/core/server';
import { createManualClock } from '@pollux/core/testing';
import { describe, expect, it } from 'vitest';
import type { Limits } from '../../src/protocol/limits.ts';
import type { PollAnswer, PollRequest } from '../../src/protocol/types.ts';

interface Told {
  readonly status: number | undefined;
  readonly session: string;
  readonly data: readonly unknown[];
  readonly gap: unknown;
  readonly advice: unknown;
}

function openScene(limits: Partial<Limits> = {}) {
  const clock = createManualClock();
  const owned = createMemoryBuffer({ clock });
  let isAway = false;
  const looked: string[] = [];
  const shared: MessageBuffer = {
    ...owned,
    supports: { ...owned.supports, shared: true },
    inspect: {
      ...owned.inspect,
      async queues(address) {
        looked.push(address.kind === 'recipient' ? address.name : address.kind);
        if (isAway) throw new Error('away');
        return owned.inspect.queues(address);
      },
    },
  };
  const events: ServerEvent[][] = [];
  const servers = [0, 1, 2].map((index) => {
    const server = createCommunicationServer({ applications: { crm: {}, mail: {} }, limits, clock, buffer: shared });
    events[index] = [];
    server.observe((event) => events[index]?.push(event));
    return server;
  });

  /** A client that returns what it was given, to whichever server it is told to ask. */
  function client(identity: ClientIdentity) {
    const state = { session: undefined as string | undefined, cursor: null as string | null, seq: 0 };
    async function poll(at: number, more: Partial<PollRequest> = {}): Promise<Told> {
      const told: { outcome: PollOutcome | undefined } = { outcome: undefined };
      const request = {
        ...(state.session !== undefined && { session: state.session }),
        seq: state.seq++,
        applications: { crm: { cursor: state.cursor } },
        ...more,
      };
      server(at).poll(identity, request, {
        answer(outcome) {
          told.outcome = outcome;
        },
      });
      await clock.settle();
      const { outcome } = told;
      if (outcome?.status !== 200)
        return { status: outcome?.status, session: state.session ?? '', data: [], gap: undefined, advice: undefined };
      const answer = JSON.parse(outcome.json) as PollAnswer;
      state.session = answer.session;
      const section = answer.applications?.['crm'];
      const isGood = section !== undefined && !('error' in section);
      if (isGood) state.cursor = section.cursor ?? state.cursor;
      const messages = isGood ? (section.messages ?? []) : [];
      return {
        status: 200,
        session: answer.session ?? '',
        data: messages.map((message) => ('data' in message ? message.data : undefined)),
        gap: isGood ? section.gap : undefined,
        advice: answer.advice,
      };
    }
    return Object.assign(state, { poll });
  }

  function server(at: number): CommunicationServer {
    return servers[at] as CommunicationServer;
  }

  return {
    clock,
    owned,
    events,
    looked,
    server,
    client,
    fail(fails: boolean): void {
      isAway = fails;
    },
    async send(recipient: string, data: unknown): Promise<string> {
      const notification = { to: { recipients: [recipient] }, kind: 'direct', type: 't', data } as const;
      return (await server(0).publish('crm', notification)).accepted[0]?.id ?? '';
    },
    messages: async () => (await owned.inspect.totals()).messages,
  };
}

describe('a session over several servers', () => {
  it('is one, however often its client hops, and each gives what follows', async () => {
    const { client, send, looked, server, messages } = openScene();
    const alice = client({ recipient: 'alice' });
    const { session } = await alice.poll(0);
    for (let n = 0; n < 60; n++) {
      await send('alice', n);
      expect(await alice.poll(n % 3)).toMatchObject({ status: 200, session, data: [n], gap: undefined });
    }
    // Looked for once at each server: where it opened, for the bound of sessions, and at the two others.
    expect(looked).toEqual(['alice', 'alice', 'alice']);
    for (const at of [0, 1, 2]) expect(server(at).inspect.totals().sessions).toBe(1);
    await alice.poll(0);
    expect(await messages()).toBe(0);
  });

  it('goes on rightly where its client does not number its polls', async () => {
    const { client, send } = openScene();
    const alice = client({ recipient: 'alice' });
    const { session } = await alice.poll(0);
    for (let n = 0; n < 12; n++) {
      await send('alice', n);
      const body = { session, applications: { crm: { cursor: alice.cursor } } };
      expect(await alice.poll(n % 3, { ...body, seq: undefined as never })).toMatchObject({ data: [n], gap: undefined });
    }
  });

  it('is held where it hops to, and is not told anything for having hopped', async () => {
    const { client, server, clock } = openScene();
    const alice = client({ recipient: 'alice' });
    await alice.poll(0);
    expect((await alice.poll(1, { wait: 25 })).status).toBeUndefined();
    expect(server(1).inspect.totals().heldPolls).toBe(1);
    await clock.advance(26_000);
    expect(server(1).inspect.totals().heldPolls).toBe(0);
  });

  it('loses an interval that another server advised with the first thing that it is told', async () => {
    const { client, send } = openScene();
    const alice = client({ recipient: 'alice' });
    await alice.poll(0);
    await send('alice', 1);
    expect((await alice.poll(1)).advice).toEqual({ interval: 0 });
    await send('alice', 2);
    expect((await alice.poll(1)).advice).toBeUndefined();
  });

  it('is not what a client made up, what has expired, or what belongs to another', async () => {
    const { client, clock, server } = openScene({ sessionSeconds: 30, holdSeconds: 10 });
    const alice = client({ recipient: 'alice' });
    const { session } = await alice.poll(0);
    const mallory = client({ recipient: 'mallory' });
    for (const claimed of [session, `s_${'A'.repeat(22)}`, 's_mine', '', '__proto__', `${session}x`]) {
      const told = await mallory.poll(1, { session: claimed, applications: { crm: { cursor: null } } });
      expect(told.status).toBe(200);
      expect(told.session).not.toBe(claimed);
    }
    expect(
      server(1)
        .inspect.sessions({ limit: 50 })
        .rows.some((row) => row.session === session),
    ).toBe(false);
    await clock.advance(91_000);
    expect((await alice.poll(1)).session).not.toBe(session);
  });

  it('is not forgotten by the buffer because one server has not heard of it for long', async () => {
    const { client, clock, send, owned, server } = openScene();
    const alice = client({ recipient: 'alice' });
    const other = client({ recipient: 'alice' });
    await alice.poll(0);
    await other.poll(2);
    await send('alice', 'kept');
    const places = async () => {
      const [queue] = await owned.inspect.queues({ kind: 'recipient', name: 'alice' });
      return queue?.sessions.map(({ session }) => session).toSorted();
    };
    for (let round = 0; round < 24; round++) {
      if (round % 6 === 0) await Promise.all([alice.poll(1), other.poll(2)]);
      await clock.advance(5000);
      expect(await places()).toEqual([alice.session, other.session].toSorted());
    }
    expect(server(0).inspect.totals().sessions).toBe(0);
  });

  it('says goodbye to any of them, and holds nothing back any more', async () => {
    const { client, clock, send, server, messages } = openScene();
    const alice = client({ recipient: 'alice' });
    const other = client({ recipient: 'alice' });
    await alice.poll(0);
    await other.poll(2);
    await send('alice', 1);
    await other.poll(2);
    await other.poll(2);
    // What one has handled waits for the other.
    expect(await messages()).toBe(1);
    server(1).goodbye({ recipient: 'mallory' }, alice.session ?? '');
    await clock.settle();
    await other.poll(2);
    expect(await messages()).toBe(1);
    server(1).goodbye({ recipient: 'alice' }, alice.session ?? '');
    await clock.settle();
    await other.poll(2);
    expect(await messages()).toBe(0);
  });

  it('is acknowledged at any of them', async () => {
    const { client, send, server, messages } = openScene();
    const alice = client({ recipient: 'alice' });
    await alice.poll(0);
    const id = await send('alice', 1);
    await alice.poll(0);
    const cursor = alice.cursor ?? '';
    expect(
      await server(1).acknowledge({ recipient: 'alice' }, { session: alice.session ?? '', applications: { crm: cursor } }),
    ).toEqual(new Map());
    expect([await messages(), (await server(1).status('crm', id))?.state]).toEqual([0, 'acknowledged']);
    const forged = { session: `s_${'A'.repeat(22)}`, applications: { crm: cursor } };
    expect(await server(2).acknowledge({ recipient: 'alice' }, forged)).toMatchObject({ code: 'unknown-session' });
    const foreign = { session: alice.session ?? '', applications: { crm: cursor } };
    expect(await server(2).acknowledge({ recipient: 'mallory' }, foreign)).toMatchObject({ code: 'unknown-session' });
  });

  it('counts towards the bound of its recipient at every server', async () => {
    const { client, server } = openScene({ sessionsPerRecipient: 3 });
    const clients = Array.from({ length: 4 }, () => client({ recipient: 'alice' }));
    for (const [at, one] of clients.slice(0, 3).entries()) expect((await one.poll(at)).status).toBe(200);
    for (const at of [0, 1, 2]) expect((await clients[3]?.poll(at))?.status).toBe(429);
    expect((await client({ recipient: 'bob' }).poll(0)).status).toBe(200);
    // Those that are known go on everywhere, and make room where they end.
    for (const at of [0, 1, 2]) expect((await clients[0]?.poll(at))?.status).toBe(204);
    server(1).goodbye({ recipient: 'alice' }, clients[2]?.session ?? '');
    await clients[0]?.poll(0);
    expect((await clients[3]?.poll(2))?.status).toBe(200);
  });

  it('counts no more when its time is over', async () => {
    const { client, clock } = openScene({ sessionsPerRecipient: 1, sessionSeconds: 30, holdSeconds: 10 });
    expect((await client({ recipient: 'alice' }).poll(0)).status).toBe(200);
    expect((await client({ recipient: 'alice' }).poll(1)).status).toBe(429);
    await clock.advance(91_000);
    expect((await client({ recipient: 'alice' }).poll(1)).status).toBe(200);
  });

  it('begins anew where the buffer cannot say, and a poll given up meanwhile leaves nothing behind', async () => {
    const { client, clock, fail, server } = openScene();
    const alice = client({ recipient: 'alice' });
    const { session } = await alice.poll(0);
    const request = { session: session, seq: 9, wait: 25, applications: { crm: { cursor: alice.cursor } } };
    const told: PollOutcome[] = [];
    const held = server(1).poll({ recipient: 'alice' }, request, { answer: (outcome) => void told.push(outcome) });
    held?.cancel();
    await clock.settle();
    expect([told, server(1).inspect.totals().heldPolls]).toEqual([[], 0]);
    fail(true);
    expect((await alice.poll(2)).session).not.toBe(session);
  });

  it('is opened once at a server, though two of its polls come at once, and the newer wins', async () => {
    const { client, clock, server } = openScene();
    const alice = client({ recipient: 'alice' });
    const { session } = await alice.poll(0);
    const told: (readonly [number, number])[] = [];
    for (const seq of [8, 9]) {
      const request = { session, seq, wait: 25, applications: { crm: { cursor: alice.cursor } } };
      server(1).poll({ recipient: 'alice' }, request, { answer: ({ status }) => void told.push([seq, status]) });
    }
    await clock.settle();
    expect(told).toEqual([[8, 409]]);
    expect(server(1).inspect.totals()).toMatchObject({ sessions: 1, heldPolls: 1 });
  });
});
