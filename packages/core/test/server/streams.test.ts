/** Streams met directly, without a servlet: who names their session, and what their ids say. */
import type { PollAnswer, PollRequest } from '@pollux/core';
import {
  type ClientIdentity,
  type CommunicationServer,
  createCommunicationServer,
  createMemoryBuffer,
  type HeldPoll,
  type MessageBuffer,
  type StreamEnd,
  type StreamSink,
} from '@pollux/core/server';
import { createManualClock } from '@pollux/core/testing';
import { describe, expect, it } from 'vitest';
import { createScene, type Scene } from './scene.ts';

interface Reader extends StreamSink {
  buffered: number;
  readonly answers: { readonly id: string; readonly session: string; readonly json: string }[];
  ended: StreamEnd | undefined;
  held: HeldPoll | undefined;
}

const alice: ClientIdentity = { recipient: 'alice' };

function read({ server }: Pick<Scene, 'server'>, request: PollRequest, options?: { readonly isAnonymous: boolean }): Reader {
  const reader: Reader = {
    buffered: 0,
    answers: [],
    ended: undefined,
    held: undefined,
    onDrain: undefined,
    open: () => undefined,
    refuse: (found) => expect.fail(JSON.stringify(found)),
    answer: (id, json) => void reader.answers.push({ id, json, session: (JSON.parse(json) as { session: string }).session }),
    beat: () => undefined,
    end(_, how) {
      reader.ended = how;
    },
    cut: () => undefined,
  };
  reader.held = server.stream(alice, request, reader, options);
  return reader;
}

describe('the session of a stream that a browser opened', () => {
  it('is polled by whoever read its name in the first event, and woken like any other', async () => {
    const scene = createScene({ crm: {} });
    const stream = read(scene, { applications: { crm: { cursor: null } } }, { isAnonymous: true });
    const poller = scene.client(alice);
    poller.session = stream.answers[0]?.session;
    const poll = poller.poll(['crm'], { seq: 1, wait: 20, applications: { crm: cursorIn(stream) } });
    expect(stream.ended).toMatchObject({ reason: 'superseded' });
    scene.send('crm', 'alice');
    await scene.clock.settle();
    expect(poll.types('crm')).toEqual(['t']);
    expect(scene.server.inspect.totals()).toMatchObject({ sessions: 1, heldPolls: 0 });
  });
});

function cursorIn({ answers }: Reader): { cursor: string } {
  const { applications } = JSON.parse(answers[0]?.json ?? '') as { applications: { crm: { cursor: string } } };
  return { cursor: applications.crm.cursor };
}

describe("an event's id", () => {
  it('holds nothing that the server did not give out, whatever the request named', () => {
    const scene = createScene({ crm: {} });
    const stream = read(scene, {
      applications: {
        crm: { cursor: 'x\ndata: {"forged":true}\n\n' },
        'a\nid: forged': { cursor: null, read: 'rxxxxxxxxxxx1' },
        mail: { cursor: 'rxxxxxxxxxxx1' },
      },
    });
    expect(stream.answers[0]?.id).toBe('');
  });

  it('keeps the place of an application that the credential does not cover at present', () => {
    const scene = createScene({ crm: {}, mail: {} });
    const first = read(scene, { applications: { crm: { cursor: null } } });
    const place = cursorIn(first);
    const { server } = scene;
    const answers: string[] = [];
    const sink = { ...first, answer: (id: string) => void answers.push(id) };
    server.stream({ recipient: 'alice', applications: ['mail'] }, { applications: { crm: place, mail: { cursor: null } } }, sink);
    expect(answers[0]?.startsWith(`crm:${place.cursor}`)).toBe(true);
  });
});

it('a stream of a session that another server answered last brings nothing anew that came from there', async () => {
  const clock = createManualClock();
  const owned = createMemoryBuffer({ clock });
  const buffer: MessageBuffer = { ...owned, supports: { ...owned.supports, shared: true } };
  const open = () => createCommunicationServer({ applications: { crm: {}, mail: {} }, clock, buffer });
  const [here, there] = [open(), open()];
  const publish = async (application: string, data: number) => {
    await here.publish(application, { to: { everyone: true }, kind: 'direct', type: 't', data });
    await clock.settle();
  };
  const state = {
    session: undefined as string | undefined,
    seq: 0,
    cursors: { crm: null, mail: null } as Record<string, string | null>,
  };
  const requestOf = (): PollRequest => ({
    ...(state.session !== undefined && { session: state.session }),
    seq: state.seq++,
    applications: Object.fromEntries(Object.entries(state.cursors).map(([name, cursor]) => [name, { cursor }])),
  });
  const take = (json: string) => {
    const answer = JSON.parse(json) as PollAnswer;
    state.session = answer.session;
    for (const [name, section] of Object.entries(answer.applications ?? {}))
      if ('cursor' in section) state.cursors[name] = section.cursor;
    return Object.values(answer.applications ?? {}).flatMap((section) =>
      'messages' in section ? (section.messages ?? []).map((message) => ('data' in message ? message.data : undefined)) : [],
    );
  };
  const poll = async (server: CommunicationServer): Promise<unknown[]> => {
    const taken: unknown[] = [];
    server.poll(alice, requestOf(), { answer: (told) => void taken.push(...(told.status === 200 ? take(told.json) : [])) });
    await clock.settle();
    return taken;
  };
  await poll(here);
  await publish('crm', 1);
  expect(await poll(there)).toEqual([1]);
  const stream = read({ server: here }, requestOf());
  await clock.settle();
  await publish('mail', 2);
  await publish('crm', 3);
  expect(stream.answers.flatMap(({ json }) => take(json))).toEqual([2, 3]);
  expect(stream.answers.at(-1)?.id).toContain(`crm:${stream.answers[0]?.id.split('crm:')[1]?.split(';')[0]}`);
  await Promise.all([here.close({ drainSeconds: 0 }), there.close({ drainSeconds: 0 })]);
});

it('an application that a long stream read may be acknowledged after the next poll left it out', async () => {
  const scene = createScene({ crm: {}, mail: {} });
  const stream = read(scene, { seq: 1, applications: { crm: { cursor: null }, mail: { cursor: null } } });
  scene.send('crm', 'alice');
  await scene.clock.advance(100_000);
  const session = stream.answers[0]?.session ?? '';
  const { applications } = JSON.parse(stream.answers.at(-1)?.json ?? '') as PollAnswer;
  const crm = applications?.['crm'];
  const poller = scene.client(alice);
  poller.session = session;
  poller.poll(['mail'], { seq: 2, wait: 20 });
  const problems = await scene.server.acknowledge(alice, {
    session,
    applications: { crm: crm !== undefined && 'cursor' in crm ? crm.cursor : '' },
  });
  expect(problems).toEqual(new Map());
  expect(await scene.server.inspect.buffer.totals()).toMatchObject({ messages: 0 });
});
