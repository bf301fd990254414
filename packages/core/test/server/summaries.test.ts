/** What the console shows of a session is that session's. */
import { createCommunicationServer, createMemoryBuffer, type PollOutcome } from '@pollux/core/server';
import { createManualClock } from '@pollux/core/testing';
import { expect, it } from 'vitest';

interface Answer {
  readonly session: string;
  readonly applications: { readonly crm?: { readonly cursor: string } };
}

it('one that has handled all waits for nothing, though another of the same recipient lags behind', async () => {
  const clock = createManualClock();
  const server = createCommunicationServer({ applications: { crm: {} }, clock, buffer: createMemoryBuffer({ clock }) });
  const poll = async (seq: number, session?: string, cursor: string | null = null): Promise<Answer> => {
    const outcomes: PollOutcome[] = [];
    server.poll(
      { recipient: 'alice' },
      { ...(session && { session }), seq, applications: { crm: { cursor } } },
      { answer: (told) => outcomes.push(told) },
    );
    await clock.settle();
    const [outcome] = outcomes;
    return JSON.parse(outcome?.status === 200 ? outcome.json : '{}') as Answer;
  };
  const pendingOf = (id: string): unknown => server.inspect.session(id)?.applications.map(({ pending }) => pending);
  const quick = await poll(0);
  const slow = await poll(0);
  for (let n = 0; n < 3; n++) await server.publish('crm', { to: { recipients: ['alice'] }, kind: 'direct', type: 't', data: n });
  const told = await poll(1, quick.session, quick.applications.crm?.cursor);
  expect([pendingOf(quick.session), pendingOf(slow.session)]).toEqual([[3], [3]]);
  await poll(2, quick.session, told.applications.crm?.cursor);
  expect([pendingOf(quick.session), pendingOf(slow.session)]).toEqual([[0], [3]]);
  await server.close();
});
