/** The basic client on a manual clock, beside a server whose every answer the test writes by hand. */
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { type BasicClient, type BasicClientOptions, createBasicClient } from '../../src/client/basic/index.ts';
import type { PollRequest } from '../../src/protocol/types.ts';
import { direct, fetchMessage, news } from './harness.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const href = 'https://orders.example/list';

/** Answers each poll with what the script has for it; one beyond its end is held. */
function connect(script: readonly unknown[], options: Partial<BasicClientOptions> = {}) {
  const polls: PollRequest[] = [];
  const errors: string[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (String(input) === href) return Response.json({});
    if (init?.method === 'DELETE') return new Response(null, { status: 204 });
    const number = polls.push(JSON.parse(String(init?.body))) - 1;
    if (number < script.length) return Response.json(script[number]);
    return new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)));
  };
  const url = 'https://hub.example/pollux';
  const client: BasicClient = createBasicClient({ url, fetch, onError: (reason) => errors.push(reason), ...options });
  onTestFinished(() => client.close());
  return { client, polls, errors };
}

it('a spread counts for no handler: that has its 30 s after it', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.9);
  const { client, polls, errors } = connect([news('orders', [fetchMessage(1, { href, spread: 60 })])]);
  const seen: unknown[] = [];
  client.application('orders', { fetchTargets: ['https://orders.example'] }).onFetch('changed', async ({ status }) => {
    await new Promise((done) => setTimeout(done, 20_000));
    seen.push(status);
  });
  await vi.advanceTimersByTimeAsync(75_000);
  expect([seen, errors, polls[1]?.failed]).toEqual([[200], [], undefined]);
});

it('a drain that is too long for a timer is no reason to poll without a pause', async () => {
  const answer = { session: 's_1', advice: { drain: 1e9 } };
  const { client, polls } = connect([answer, answer, answer]);
  client.application('orders');
  await vi.advanceTimersByTimeAsync(1000);
  expect(polls).toHaveLength(1);
});

it('a token that never comes is given up and asked for again', async () => {
  let asked = 0;
  const getToken = (): Promise<string> => (++asked === 1 ? new Promise(() => undefined) : Promise.resolve('token'));
  const { client, polls } = connect([], { getToken });
  client.application('orders');
  await vi.advanceTimersByTimeAsync(1000);
  client.application('calls');
  await vi.advanceTimersByTimeAsync(1000);
  // One that is under way is not asked for once more.
  expect(asked).toBe(1);
  await vi.advanceTimersByTimeAsync(40_000);
  expect(polls.map(({ applications }) => Object.keys(applications))).toEqual([['orders', 'calls']]);
});

it('what is JSON and no answer loses no report of a failure, and is asked less and less often', async () => {
  const strange = Array.from({ length: 6 }, (_, number) => [{}, null, [], 7, 'x', { ok: true }][number]);
  const { client, polls } = connect([news('orders', [direct(1)]), ...strange]);
  client.application('orders').on('note', () => {
    throw new Error('no such order');
  });
  vi.spyOn(Math, 'random').mockReturnValue(0.9);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(polls.length).toBeLessThanOrEqual(6);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(polls.slice(1, 8).map(({ failed }) => failed?.length)).toEqual([1, 1, 1, 1, 1, 1, 1]);
});
