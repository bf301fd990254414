/** A server reduced to numbers: messages 1, 2, 3 … per application, and a cursor that names the last of them. */
import { expect } from 'vitest';
import type { PollApplication, PollRequest } from '../../src/protocol/types.ts';
import { direct, type Sent, setup } from './harness.ts';
import { stubPage } from './stub-page.ts';

export const names = ['orders', 'calls'] as const;
export type Name = (typeof names)[number];

export type Manner = 'sync' | 'prompt' | 'slow' | 'fails-once';

export type Step =
  | { readonly kind: 'publish'; readonly name: Name; readonly count: number }
  /** Up to `most` new messages of each application, and `repeat` that were sent before. */
  | { readonly kind: 'answer'; readonly most: number; readonly repeat: number }
  | { readonly kind: 'empty' | 'fail' | 'supersede' | 'garble' }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'look'; readonly state: 'visible' | 'hidden' }
  /** The application leaves and joins again. */
  | { readonly kind: 'leave'; readonly name: Name };

const handledUpTo = ({ cursor }: PollApplication): number => Number(cursor?.slice(1) ?? 0);
const readUpTo = ({ cursor, read = cursor }: PollApplication): number => Number(read?.slice(1) ?? 0);

export interface ServerModel {
  readonly published: Readonly<Record<Name, number>>;
  /** Messages in the order in which handlers were done with them. */
  readonly handled: Readonly<Record<Name, readonly number[]>>;
  /** Everything published was handled, and the open poll acknowledges it. */
  isComplete(): boolean;
  take(step: Step): Promise<void>;
  /** In the end a healthy server gives everything, and holds a poll only when there is nothing to say. */
  drain(): Promise<void>;
  timersLeftAfterClose(): Promise<number>;
}

export function createServerModel(manners: readonly Manner[]): ServerModel {
  const { look } = stubPage();
  const { client, clock, server } = setup();
  const published = { orders: 0, calls: 0 };
  const handled: Record<Name, number[]> = { orders: [], calls: [] };
  const failedOnce = new Set<string>();
  let checked = 0;

  const handle = (name: Name, number: number): unknown => {
    const manner = manners[number % manners.length];
    const done = (): void => void handled[name].push(number);
    if (manner === 'fails-once' && !failedOnce.has(`${name}${number}`)) {
      failedOnce.add(`${name}${number}`);
      throw new Error('not yet');
    }
    if (manner === 'prompt') return Promise.resolve().then(done);
    if (manner === 'slow') return new Promise<void>((resolve) => clock.setTimeout(resolve, 30 * (number % 5))).then(done);
    return done();
  };
  for (const name of names) client.application(name).on<number>('note', ({ data }) => handle(name, data));

  const asked = (request: PollRequest): [Name, PollApplication][] =>
    Object.entries(request.applications) as [Name, PollApplication][];

  /** What holds for every request at the moment it is sent. */
  const check = (): void => {
    expect(server.open.length).toBeLessThanOrEqual(1);
    for (const { body } of server.sent.slice(checked)) {
      for (const [name, part] of asked(body)) {
        expect(handledUpTo(part)).toBeLessThanOrEqual(handled[name].length);
        expect(readUpTo(part)).toBeGreaterThanOrEqual(handledUpTo(part));
        expect(readUpTo(part)).toBeLessThanOrEqual(published[name]);
      }
    }
    checked = server.sent.length;
  };

  const answer = (poll: Sent, most: number, repeat: number): void => {
    const sections = asked(poll.body).map(([name, part]) => {
      const read = readUpTo(part);
      const last = Math.min(published[name], read + most);
      const first = Math.max(1, read + 1 - repeat);
      const messages = [];
      for (let number = first; number <= last; number++) messages.push(direct(number, { id: `${name}-${number}` }));
      return [name, { cursor: `c${Math.max(read, last)}`, messages }];
    });
    poll.answer(200, { session: poll.body.session ?? 's', advice: { hidden: 9 }, applications: Object.fromEntries(sections) });
  };

  const react = (poll: Sent, step: Step): void => {
    if (step.kind === 'answer') answer(poll, step.most, step.repeat);
    if (step.kind === 'empty') poll.answer(204);
    if (step.kind === 'fail') poll.fail();
    if (step.kind === 'supersede') poll.answer(409);
    if (step.kind === 'garble') poll.answer(200, '{"session":"s","applications":{');
  };

  const isComplete = (): boolean => {
    const { open } = server;
    const parts = open[0]?.body.applications;
    return names.every((name) => handledUpTo(parts?.[name] ?? { cursor: null }) === published[name]);
  };

  return {
    published,
    handled,
    isComplete,
    take: async (step) => {
      if (step.kind === 'publish') published[step.name] += step.count;
      else if (step.kind === 'wait') await clock.advance(step.ms);
      else if (step.kind === 'look') look(step.state);
      else if (step.kind === 'leave') {
        client.application(step.name).close();
        await clock.settle();
        client.application(step.name);
      } else if (server.open[0]) react(server.open[0], step);
      await clock.settle();
      check();
    },
    drain: async () => {
      look('visible');
      for (let turn = 0; turn < 300 && !isComplete(); turn++) {
        const poll = server.open[0];
        const isBehind = poll && asked(poll.body).some(([name, part]) => readUpTo(part) < published[name]);
        if (poll && (isBehind || !poll.body.session || poll.body.wait === 0)) answer(poll, 1000, 0);
        await clock.advance(500);
        check();
      }
    },
    timersLeftAfterClose: async () => {
      const closed = client.close();
      await clock.advance(10_000);
      await closed;
      return clock.pending;
    },
  };
}
