/** What a held poll asks of a buffer that others share: each queue costs a way over the network. */
import type { PollRequest } from '@pollux/core';
import { createCommunicationServer, createMemoryBuffer, type MessageBuffer, type PollOutcome } from '@pollux/core/server';
import { createManualClock } from '@pollux/core/testing';
import { describe, expect, it } from 'vitest';

function openScene({ canLook = false, isAway = (): boolean => false } = {}) {
  const clock = createManualClock();
  // Whose own way to look is not what is tested.
  const { look: _, ...inner } = createMemoryBuffer({ clock });
  const asked: string[][] = [];
  const looks: number[] = [];
  const kept: number[] = [];
  const buffer: MessageBuffer = {
    ...inner,
    supports: { ...inner.supports, shared: true },
    ...(canLook && {
      async look(queues) {
        looks.push(queues.length);
        if (isAway()) throw new Error('away');
        const readings = await inner.exchange({
          session: 'looking',
          maxBytes: 1,
          keepMs: 0,
          queues: queues.map((queue) => ({ ...queue, handled: undefined, read: undefined })),
        });
        return readings.some(({ epoch, last }, index) => queues[index]?.epoch !== epoch || queues[index]?.last !== last);
      },
    }),
    async exchange(request) {
      kept.push(request.keepMs);
      asked.push(request.queues.map(({ application, address }) => `${application} ${address.kind}`));
      return inner.exchange(request);
    },
  };
  const server = createCommunicationServer({ applications: { crm: {}, mail: {} }, buffer, clock });
  const cursors: Record<string, string> = {};
  let session: string | undefined;

  async function poll(more: Partial<PollRequest> & { readonly maxDelay?: number } = {}) {
    const { maxDelay, ...rest } = more;
    const delay = maxDelay === undefined ? {} : { maxDelay };
    const section = (name: string) => ({ cursor: cursors[name] ?? null, ...delay });
    const request = { ...(session && { session }), applications: { crm: section('crm'), mail: section('mail') }, ...rest };
    const pending: { outcome: PollOutcome | undefined } = { outcome: undefined };
    server.poll({ recipient: 'alice' }, request, {
      answer(outcome) {
        pending.outcome = outcome;
      },
    });
    await clock.settle();
    return {
      /** Data by application. */
      data(): unknown {
        if (pending.outcome?.status !== 200) return pending.outcome?.status;
        const answer = JSON.parse(pending.outcome.json);
        session = answer.session;
        for (const name of Object.keys(answer.applications)) cursors[name] = answer.applications[name].cursor;
        return Object.fromEntries(
          Object.entries(answer.applications as Record<string, { messages?: { data: unknown }[] }>).map(([name, found]) => [
            name,
            (found.messages ?? []).map(({ data }) => data),
          ]),
        );
      },
    };
  }

  async function publish(application: string, to: object, data: unknown): Promise<void> {
    await server.publish(application, { to, kind: 'direct', type: 't', data } as never);
    await clock.settle();
  }

  /** Appends as another node does whose wake-up is lost. */
  async function appendUnheard(): Promise<void> {
    const other = createCommunicationServer({ applications: { crm: {}, mail: {} }, buffer: inner, clock });
    await other.publish('mail', { to: { recipients: ['alice'] }, kind: 'direct', type: 't', data: 'unheard' });
  }
  return { server, clock, asked, looks, kept, poll, publish, appendUnheard };
}

const all = ['crm recipient', 'crm everyone', 'mail recipient', 'mail everyone'];
const hold = { wait: 25 } as const;

describe('a held poll on a shared buffer', () => {
  it('has only the queue asked that woke it', async () => {
    const { asked, poll, publish } = openScene();
    (await poll()).data();
    const held = await poll(hold);
    expect(held.data()).toBeUndefined();
    expect(asked.at(-1)).toEqual(all);
    await publish('crm', { everyone: true }, 1);
    expect(asked.at(-1)).toEqual(['crm everyone']);
    expect(held.data()).toEqual({ crm: [1] });
    const next = await poll(hold);
    await publish('mail', { recipients: ['alice'] }, 2);
    expect(asked.at(-1)).toEqual(['mail recipient']);
    expect(next.data()).toEqual({ mail: [2] });
  });

  it('has all of them asked every 5 s, whatever woke it meanwhile', async () => {
    const { clock, asked, poll, publish, appendUnheard } = openScene();
    (await poll()).data();
    const held = await poll({ ...hold, maxDelay: 20 });
    await clock.advance(3000);
    await appendUnheard();
    await publish('crm', { recipients: ['bob'] }, 0);
    await clock.advance(1900);
    expect(held.data()).toBeUndefined();
    const before = asked.length;
    await clock.advance(200);
    expect(asked.slice(before)).toEqual([all]);
    // What was found waits for its latency budget, and is found again whatever else comes.
    await publish('crm', { everyone: true }, 1);
    expect(asked.at(-1)).toEqual(all);
    await clock.advance(21_000);
    expect(held.data()).toEqual({ crm: [1], mail: ['unheard'] });
  });

  it('is answered with what came while it was asked', async () => {
    const { clock, poll, publish } = openScene();
    (await poll()).data();
    const held = await poll(hold);
    await Promise.all([publish('crm', { everyone: true }, 1), publish('mail', { recipients: ['alice'] }, 2)]);
    await clock.settle();
    const first = held.data() as Record<string, unknown>;
    const rest = (await poll()).data() as Record<string, unknown>;
    expect({ ...rest, ...first }).toMatchObject({ crm: [1], mail: [2] });
  });

  it('is looked at for less every 5 s, where the buffer can, and at its end', async () => {
    const { clock, asked, looks, poll } = openScene({ canLook: true });
    (await poll()).data();
    const held = await poll(hold);
    const before = asked.length;
    await clock.advance(25_500);
    expect(looks).toEqual([4, 4, 4, 4, 4]);
    expect(asked.length).toBe(before);
    expect(held.data()).toBe(204);
  });

  it('is given within 5 s what a look finds, although nothing woke it', async () => {
    const { clock, looks, poll, appendUnheard } = openScene({ canLook: true });
    (await poll()).data();
    const held = await poll(hold);
    await clock.advance(1000);
    await appendUnheard();
    await clock.advance(3900);
    expect(held.data()).toBeUndefined();
    await clock.advance(200);
    expect(looks).toEqual([4]);
    expect(held.data()).toEqual({ mail: ['unheard'] });
  });

  it('has its places kept for as long as it may be held, and its session may be silent after that', async () => {
    const { kept, poll } = openScene({ canLook: true });
    (await poll()).data();
    await poll(hold);
    expect(kept.at(-1)).toBeGreaterThanOrEqual(20_000 + 60_000);
  });

  it('is told 503 where a look fails, and comes back', async () => {
    const { clock, poll } = openScene({ canLook: true, isAway: () => true });
    (await poll()).data();
    const held = await poll(hold);
    await clock.advance(5100);
    expect(held.data()).toBe(503);
    expect((await poll({ wait: 0 })).data()).toBe(204);
  });
});

describe('why has this message not been delivered, on a shared buffer?', () => {
  it('because nobody polls this node: of others it claims nothing that it cannot know', async () => {
    const { server } = openScene();
    const [recipient, group] = await Promise.all(
      [{ recipients: ['bob'] }, { group: 'sales' }].map(async (to) => {
        const { accepted } = await server.publish('crm', { to, kind: 'direct', type: 't', data: 1 } as never);
        return server.status('crm', accepted[0]?.id ?? '');
      }),
    );
    expect(recipient).toMatchObject({ code: 'no-session', why: expect.stringContaining('polling for crm, at whatever node') });
    expect(group).toMatchObject({ code: 'no-session', why: expect.stringContaining('those who poll another get it there') });
  });
});
