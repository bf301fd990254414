/** Whatever a server does, in whatever order: each message is handled once, in order, and only the handled is acknowledged. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PollApplication, PollRequest } from '../../src/protocol/types.ts';
import { direct, type Sent, setup } from './harness.ts';

const names = ['orders', 'calls'] as const;

/** What the server does with the open poll, or the world with the client. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('publish' as const),
      name: fc.constantFrom(...names),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      most: fc.integer({ min: 0, max: 4 }),
      repeat: fc.integer({ min: 0, max: 3 }),
    }),
  },
  fc.record({
    kind: fc.constantFrom('empty' as const, 'fail' as const, 'supersede' as const, 'garble' as const, 'lose' as const),
  }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(0, 7, 400, 1100, 21_000) }) },
  fc.record({ kind: fc.constant('leave' as const), name: fc.constantFrom(...names) }),
);

/** How handlers behave, by turns: done at once, after a while, after failing once. */
const manner = fc.constantFrom('sync' as const, 'prompt' as const, 'slow' as const, 'fails-once' as const);

const position = (cursor: string | null | undefined): number => Number(cursor?.slice(1) ?? 0);

describe('distribution', () => {
  it('handles each message once and in order, and acknowledges the handled prefix only', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.array(manner, { minLength: 1, maxLength: 7 }),
        async (steps, manners) => {
          const { client, clock, server } = setup();
          const published = { orders: 0, calls: 0 };
          const handled: Record<(typeof names)[number], number[]> = { orders: [], calls: [] };
          const failedOnce = new Set<string>();

          const join = (name: (typeof names)[number]): void => void client.application(name);
          for (const name of names) {
            client.application(name).on<number>('note', ({ data }) => {
              const how = manners[data % manners.length];
              const done = (): void => void handled[name].push(data);
              if (how === 'fails-once' && !failedOnce.has(`${name}${data}`)) {
                failedOnce.add(`${name}${data}`);
                throw new Error('not yet');
              }
              if (how === 'prompt') return Promise.resolve().then(done);
              if (how === 'slow') return new Promise<void>((resolve) => clock.setTimeout(resolve, 30 * (data % 5))).then(done);
              return done();
            });
          }

          let checked = 0;
          const checkRequests = (): void => {
            for (const request of server.sent.slice(checked)) {
              for (const [name, asked] of Object.entries(request.body.applications) as [
                (typeof names)[number],
                PollApplication,
              ][]) {
                expect(position(asked.cursor)).toBeLessThanOrEqual(handled[name].length);
                expect(position(asked.read ?? asked.cursor)).toBeGreaterThanOrEqual(position(asked.cursor));
                expect(position(asked.read ?? asked.cursor)).toBeLessThanOrEqual(published[name]);
              }
            }
            checked = server.sent.length;
          };

          const sections = ({ applications }: PollRequest, most: number, repeat: number) =>
            Object.fromEntries(
              Object.entries(applications).map(([name, asked]) => {
                const read = position(asked.read ?? asked.cursor);
                const last = Math.min(published[name as 'orders'], read + most);
                const first = Math.max(1, read + 1 - repeat);
                const numbers = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
                const messages = numbers.map((number) => direct(number, { id: `${name}-${number}` }));
                return [name, { cursor: `c${Math.max(read, last)}`, messages }];
              }),
            );

          const react = (poll: Sent, kind: string, most = 0, repeat = 0): void => {
            if (kind === 'answer')
              poll.answer(200, { session: poll.body.session ?? 's', applications: sections(poll.body, most, repeat) });
            if (kind === 'empty') poll.answer(204);
            if (kind === 'fail') poll.fail();
            if (kind === 'supersede') poll.answer(409);
            if (kind === 'garble') poll.answer(200, '{"session":"s","applications":{');
          };

          for (const found of steps) {
            if (found.kind === 'publish') published[found.name] += found.count;
            else if (found.kind === 'wait') await clock.advance(found.ms);
            else if (found.kind === 'leave') {
              client.application(found.name).close();
              await clock.settle();
              join(found.name);
            } else if (server.open[0]) {
              if (found.kind === 'answer') react(server.open[0], 'answer', found.most, found.repeat);
              else react(server.open[0], found.kind);
            }
            await clock.settle();
            expect(server.open.length).toBeLessThanOrEqual(1);
            checkRequests();
          }

          // In the end a healthy server gives everything, and everything is acknowledged.
          const complete = (): boolean => {
            const asked = server.open[0]?.body.applications;
            return names.every((name) => position(asked?.[name]?.cursor) === published[name]);
          };
          for (let turn = 0; turn < 300 && !complete(); turn++) {
            const { open } = server;
            const behind =
              open[0] &&
              names.some(
                (name) =>
                  position(open[0]?.body.applications[name]?.read ?? open[0]?.body.applications[name]?.cursor) < published[name],
              );
            if (open[0] && (behind || !open[0].body.session || open[0].body.wait === 0)) react(open[0], 'answer', 1000);
            await clock.advance(500);
            checkRequests();
          }
          for (const name of names)
            expect(handled[name]).toEqual(Array.from({ length: published[name] }, (_, index) => index + 1));
          expect(complete()).toBe(true);
          const closed = client.close();
          await clock.advance(10_000);
          await closed;
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: 150 },
    );
  });
});
