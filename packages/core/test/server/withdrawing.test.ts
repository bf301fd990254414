/** A message that was sent is not taken back in silence, whichever server of its buffer is asked. */

import type { PollRequest } from '@pollux/core';
import {
  type CommunicationServer,
  createCommunicationServer,
  createMemoryBuffer,
  type MessageBuffer,
  type PollOutcome,
} from '@pollux/core/server';
import { createManualClock, type ManualClock } from '@pollux/core/testing';
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

/** Polls once, for one that has a session or opens one; resolves to its session and the ids that came. */
async function pollOnce(
  server: CommunicationServer,
  clock: ManualClock,
  to: { readonly recipient: string; readonly groups?: string[] },
) {
  const outcomes: PollOutcome[] = [];
  server.poll(to, { applications: { crm: { cursor: null } } }, { answer: (told) => outcomes.push(told) });
  await clock.settle();
  const [outcome] = outcomes;
  return outcome?.status === 200 ? outcome.json : '';
}

it.each([
  ['a recipient', { recipients: ['alice'] }],
  ['a group', { group: 'staff' }],
])('at another server, before the one that sent it heard more of its session: %s', async (_, to) => {
  const clock = createManualClock();
  const owned = createMemoryBuffer({ clock });
  const buffer: MessageBuffer = { ...owned, supports: { ...owned.supports, shared: true } };
  const [first, second] = [0, 1].map(() => createCommunicationServer({ applications: { crm: {} }, clock, buffer }));
  if (first === undefined || second === undefined) throw new Error('there are two');
  await pollOnce(first, clock, { recipient: 'alice', groups: ['staff'] });
  const { accepted } = await second.publish('crm', { to, kind: 'direct', type: 't', data: 1 });
  const id = accepted[0]?.id ?? '';
  const alice = { recipient: 'alice', groups: ['staff'] };
  expect(await pollOnce(first, clock, alice)).toContain(id);
  expect(await second.withdraw('crm', id)).toBe('announced');
  await Promise.all([first.close(), second.close()]);
});

it('after a server was started again that did not end in order', async () => {
  const clock = createManualClock();
  const buffer = createMemoryBuffer({ clock });
  const open = () => createCommunicationServer({ applications: { crm: {} }, clock, buffer });
  const before = open();
  const ids: string[] = [];
  for (const recipient of ['alice', 'bob']) {
    const { accepted } = await before.publish('crm', { to: { recipients: [recipient] }, kind: 'direct', type: 't', data: 1 });
    ids.push(accepted[0]?.id ?? '');
  }
  expect(await pollOnce(before, clock, { recipient: 'alice' })).toContain(ids[0]);
  // The one before is never heard of again.
  const after = open();
  expect(await Promise.all(ids.map((id) => after.withdraw('crm', id)))).toEqual(['announced', 'withdrawn']);
  await after.close();
});

it.each([
  ['a recipient', { recipients: ['alice'] }],
  ['a group', { group: 'staff' }],
  ['everyone', { everyone: true }],
])('while what was read for a poll is on its way from the buffer: %s', async (_, to) => {
  const clock = createManualClock();
  const owned = createMemoryBuffer({ clock });
  let arrived = Promise.resolve();
  const buffer: MessageBuffer = {
    ...owned,
    async exchange(request) {
      const readings = await owned.exchange(request);
      await arrived;
      return readings;
    },
  };
  const server = createCommunicationServer({ applications: { crm: {} }, clock, buffer });
  const alice = { recipient: 'alice', groups: ['staff'] };
  const told: string[] = [];
  const poll = (request: Partial<PollRequest>) =>
    server.poll(
      alice,
      { applications: { crm: { cursor: null } }, ...request },
      { answer: (outcome) => void told.push(outcome.status === 200 ? outcome.json : '') },
    );
  poll({});
  await clock.settle();
  const { session } = JSON.parse(told[0] ?? '') as { session: string };
  const { accepted } = await server.publish('crm', { to, kind: 'direct', type: 't', data: 1 });
  const id = accepted[0]?.id ?? '';
  let arrive = (): void => undefined;
  arrived = new Promise((done) => {
    arrive = done;
  });
  poll({ session });
  await clock.settle();
  const withdrawn = server.withdraw('crm', id);
  await clock.settle();
  arrive();
  expect(await withdrawn).toBe('announced');
  await clock.settle();
  expect(told[1]).toContain(`"id":"${id}"`);
  await server.close();
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

it.each(['append', 'take'] as const)(
  'once more where the buffer failed at the first try, in %s: whoever has it hears of it',
  async (step) => {
    const clock = createManualClock();
    const owned = createMemoryBuffer({ clock });
    let isBroken = false;
    const buffer: MessageBuffer = {
      ...owned,
      append: (entries) => (isBroken && step === 'append' ? Promise.reject(new Error('gone')) : owned.append(entries)),
      take: (id, why) => (isBroken && step === 'take' ? Promise.reject(new Error('gone')) : owned.take(id, why)),
    };
    const server = createCommunicationServer({ applications: { crm: {} }, clock, buffer });
    const { accepted } = await server.publish('crm', { to: { recipients: ['alice'] }, kind: 'direct', type: 't', data: 1 });
    const id = accepted[0]?.id ?? '';
    expect(await pollOnce(server, clock, { recipient: 'alice' })).toContain(id);
    isBroken = true;
    await expect(async () => server.withdraw('crm', id)).rejects.toThrow('gone');
    isBroken = false;
    expect(await server.withdraw('crm', id)).toBe('announced');
    expect(await pollOnce(server, clock, { recipient: 'alice' })).toContain(`"kind":"withdrawn","of":"${id}"`);
    expect(await server.withdraw('crm', id)).toBe('unknown');
    await server.close();
  },
);

it('of a queue without room for another word', async () => {
  const clock = createManualClock();
  const server = createCommunicationServer({ applications: { crm: {} }, clock, limits: { queueMessages: 2 } });
  const ids: string[] = [];
  for (let count = 0; count < 2; count++) {
    const { accepted } = await server.publish('crm', {
      to: { recipients: ['alice'] },
      kind: 'direct',
      type: 't',
      data: count,
      overflow: 'reject',
    });
    ids.push(accepted[0]?.id ?? '');
  }
  await pollOnce(server, clock, { recipient: 'alice' });
  expect(await server.withdraw('crm', ids[0] ?? '')).toBe('announced');
  const told = await pollOnce(server, clock, { recipient: 'alice' });
  expect([told.includes(`"id":"${ids[0]}"`), told.includes(`"of":"${ids[0]}"`), told.includes(`"id":"${ids[1]}"`)]).toEqual([
    false,
    true,
    true,
  ]);
  await server.close();
});
