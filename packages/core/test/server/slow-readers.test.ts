/** Streams whose readers take slowly, or nothing: waited for within bounds, then ended or cut. */
import type { PollAnswer } from '@pollux/core';
import type { ClientIdentity, StreamEnd, StreamSink } from '@pollux/core/server';
import { expect, it } from 'vitest';
import { createScene, messagesOf, type Scene } from './scene.ts';

interface Reader extends StreamSink {
  /** What it has yet to take, in bytes; a test moves it. */
  buffered: number;
  readonly answers: PollAnswer[];
  readonly ended: StreamEnd[];
  cuts: number;
}

const alice: ClientIdentity = { recipient: 'alice' };
const beatMs = 15_000;

function read({ server }: Scene, identity = alice): Reader {
  const reader: Reader = {
    buffered: 0,
    answers: [],
    ended: [],
    cuts: 0,
    onDrain: undefined,
    open: () => undefined,
    refuse: (found) => expect.fail(JSON.stringify(found)),
    answer: (_id, json) => void reader.answers.push(JSON.parse(json)),
    beat: () => undefined,
    end: (_id, how) => void reader.ended.push(how),
    cut: () => void reader.cuts++,
  };
  server.stream(identity, { applications: { crm: { cursor: null } } }, reader);
  return reader;
}

/** Has the stream wait for its reader, which has yet to take a large answer. */
async function fill({ send, clock }: Scene, reader: Reader): Promise<void> {
  send('crm', 'alice');
  reader.buffered = 300_000;
  await clock.settle();
  expect(reader.answers).toHaveLength(2);
}

it('one that takes a little between two heartbeats is waited for, and nothing is freed that it has not read', async () => {
  const scene = createScene({ crm: {} });
  const { client, send, clock } = scene;
  const reader = read(scene);
  await fill(scene, reader);
  send('crm', 'alice', { type: 'behind' });
  const other = client(alice);
  for (let beat = 0; beat < 12; beat++) {
    await clock.advance(beatMs);
    reader.buffered -= 20_000;
    other.poll(['crm']);
  }
  expect([reader.cuts, reader.ended]).toEqual([0, []]);
  reader.buffered = 0;
  reader.onDrain?.();
  await clock.settle();
  const last = reader.answers.at(-1) ?? { session: '' };
  expect(messagesOf(last, 'crm')).toMatchObject([{ type: 'behind' }]);
  expect(last.applications?.['crm']).not.toHaveProperty('gap');
});

it('one that takes nothing between two heartbeats is cut', async () => {
  const scene = createScene({ crm: {} });
  const reader = read(scene);
  await fill(scene, reader);
  reader.buffered -= 20_000;
  await scene.clock.advance(2 * beatMs + 1000);
  expect([reader.cuts, reader.ended]).toEqual([1, []]);
  expect(scene.server.inspect.totals().heldPolls).toBe(0);
});

it.each([
  ['credential', 'expired', 20_000, {}],
  ['age', 'age', 40_000, { streamSeconds: 50 }],
])('one that is slow is not waited for beyond its %s, and is told nothing more', async (_, reason, afterMs, limits) => {
  const scene = createScene({ crm: {} }, limits);
  const { clock, send } = scene;
  const expiresMs = reason === 'expired' ? clock.now() + afterMs : undefined;
  const reader = read(scene, { ...alice, ...(expiresMs !== undefined && { expiresMs }) });
  await fill(scene, reader);
  send('crm', 'alice', { type: 'behind' });
  for (let waitedMs = 0; waitedMs < afterMs; waitedMs += 5000) {
    reader.buffered -= 1000;
    await clock.advance(5000);
  }
  await clock.advance(10);
  expect(reader.ended).toMatchObject([{ reason }]);
  reader.onDrain?.();
  await clock.settle();
  expect(reader.answers).toHaveLength(2);
});

it('one that does not take the end of its stream is cut as well', async () => {
  const scene = createScene({ crm: {} });
  const { clock, server } = scene;
  const reader = read(scene);
  await fill(scene, reader);
  void server.disconnect('alice');
  expect(reader.ended).toMatchObject([{ reason: 'disconnected' }]);
  await clock.advance(beatMs + 1000);
  reader.buffered -= 20_000;
  await clock.advance(beatMs);
  expect(reader.cuts).toBe(0);
  await clock.advance(2 * beatMs);
  expect(reader.cuts).toBe(1);
});

it('one that takes the end of its stream leaves nothing behind', async () => {
  const scene = createScene({ crm: {} });
  const { clock, server } = scene;
  const reader = read(scene);
  await fill(scene, reader);
  void server.disconnect('alice');
  reader.buffered = 0;
  await clock.advance(2 * beatMs);
  expect([reader.cuts, clock.pending]).toEqual([0, 1]);
});
