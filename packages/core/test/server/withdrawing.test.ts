/** A message that was sent is not taken back in silence, whichever server of its buffer is asked. */
import { createCommunicationServer, createMemoryBuffer, type MessageBuffer, type PollOutcome } from '@pollux/core/server';
import { createManualClock } from '@pollux/core/testing';
import { expect, it } from 'vitest';

it.each([true, false])('after the server that sent it ended in order, the buffer shared: %s', async (shared) => {
  const clock = createManualClock();
  const owned = createMemoryBuffer({ clock });
  const buffer: MessageBuffer = { ...owned, supports: { ...owned.supports, shared } };
  const open = () => createCommunicationServer({ applications: { crm: {} }, clock, buffer });
  const before = open();
  const ids: string[] = [];
  for (const recipient of ['alice', 'bob']) {
    const answer = await before.publish('crm', { to: { recipients: [recipient] }, kind: 'direct', type: 't', data: 1 });
    ids.push(answer.accepted[0]?.id ?? '');
  }
  const outcomes: PollOutcome[] = [];
  before.poll({ recipient: 'alice' }, { applications: { crm: { cursor: null } } }, { answer: (told) => outcomes.push(told) });
  await clock.settle();
  expect(outcomes).toMatchObject([{ status: 200, json: expect.stringContaining(ids[0] ?? '') }]);
  await before.close({ drainSeconds: 0 });
  const after = open();
  expect(await Promise.all(ids.map((id) => after.withdraw('crm', id)))).toEqual(['announced', 'withdrawn']);
  await after.close();
});

it('a server ends whose buffer was closed before it', async () => {
  const clock = createManualClock();
  const buffer = createMemoryBuffer({ clock });
  const server = createCommunicationServer({ applications: { crm: {} }, clock, buffer });
  await server.publish('crm', { to: { recipients: ['alice'] }, kind: 'direct', type: 't', data: 1 });
  server.poll({ recipient: 'alice' }, { applications: { crm: { cursor: null } } }, { answer: () => undefined });
  await clock.settle();
  await buffer.close();
  await expect(server.close({ drainSeconds: 0 })).resolves.toBeUndefined();
});
