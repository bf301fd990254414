/** A store that fails after it stored: the publisher's retry finds a duplicate, and has to wake whoever waits for it (§9.6). */
import type { PublishAnswer } from '@pollux/core';
import { createCommunicationServer, createMemoryBuffer, type PollOutcome } from '@pollux/core/server';
import { createManualClock } from '@pollux/core/testing';
import { expect, it } from 'vitest';

it('a retried publish wakes the polls that the failed one did not', async () => {
  const clock = createManualClock();
  const memory = createMemoryBuffer({ clock });
  let fails = true;
  const server = createCommunicationServer({
    applications: { orders: {} },
    clock,
    buffer: {
      ...memory,
      append: async (entries) => {
        const outcomes = await memory.append(entries);
        if (fails) throw new Error('the connection to the store broke');
        return outcomes;
      },
    },
  });
  const outcomes: PollOutcome[] = [];
  const poll = (session: string | undefined, cursor: string | null, wait: number): unknown =>
    server.poll(
      { recipient: 'alice' },
      { ...(session === undefined ? undefined : { session }), wait, applications: { orders: { cursor } } },
      {
        answer: (outcome) => void outcomes.push(outcome),
      },
    );
  poll(undefined, null, 0);
  const opened = outcomes[0]?.status === 200 ? JSON.parse(outcomes[0].json) : undefined;
  poll(opened.session, opened.applications.orders.cursor, 20);

  const publish = async (): Promise<PublishAnswer> =>
    server.publish('orders', { to: { recipients: ['alice'] }, kind: 'direct', type: 't', data: 'once', key: 'k' });
  await expect(publish()).rejects.toThrow();
  await clock.settle();
  expect(outcomes.length).toBe(1);

  fails = false;
  const { accepted } = await publish();
  expect(accepted).toMatchObject([{ duplicate: true, waiting: 1 }]);
  await clock.settle();
  expect(outcomes[1]?.status === 200 && outcomes[1].json.split('"once"').length).toBe(2);
  await server.close();
});
