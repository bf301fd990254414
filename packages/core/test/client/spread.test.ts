/** A broadcast to 1,000 clients, as the application's own server sees it. */
import { describe, expect, it } from 'vitest';
import { createCommunicationClient } from '../../src/client/index.ts';
import type { FetchInstruction } from '../../src/protocol/types.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { fetchMessage, news } from './harness.ts';

const clients = 1000;
const href = 'https://orders.example/list';

/** Numbers like any others, the same each time. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** When each client's fetch arrived, in milliseconds after the broadcast. */
async function broadcast(instruction: FetchInstruction): Promise<readonly number[]> {
  const clock = createManualClock();
  const next = createRandom(7);
  const waiting: ((response: Response) => void)[] = [];
  const arrived: number[] = [];
  const json = (body: unknown): Response => new Response(JSON.stringify(body));
  let toldAtMs = 0;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (String(input) === href) {
      arrived.push(clock.monotonic() - toldAtMs);
      return json({});
    }
    const { session } = JSON.parse(String(init?.body));
    if (session) return new Promise((resolve) => void waiting.push(resolve));
    return json({ session: 's', applications: { orders: { cursor: 'c0' } } });
  };
  const all = Array.from({ length: clients }, () =>
    createCommunicationClient({ url: 'https://hub.example/pollux', fetch, clock, random: { next, token: () => '' } }),
  );
  for (const client of all) {
    client.application('orders', { fetchTargets: ['https://orders.example'] }).onFetch('changed', () => undefined);
  }
  await clock.advance(100);
  expect(waiting).toHaveLength(clients);
  toldAtMs = clock.monotonic();
  for (const answer of waiting.splice(0)) answer(json(news('orders', [fetchMessage(1, instruction)])));
  await clock.advance(12_000);
  for (const client of all) void client.close();
  await clock.advance(10_000);
  expect(arrived).toHaveLength(clients);
  return arrived;
}

/** The most requests within any 100 ms. */
function peak(arrived: readonly number[]): number {
  const sorted = arrived.toSorted((a, b) => a - b);
  let most = 0;
  for (let first = 0, last = 0; last < sorted.length; last++) {
    while ((sorted[last] ?? 0) - (sorted[first] ?? 0) >= 100) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

describe('a broadcast to 1,000 clients', () => {
  it('with a spread of 10 s reaches the server as a flat line', async () => {
    const arrived = await broadcast({ href, spread: 10 });
    const mean = clients / (10_000 / 100);
    expect(peak(arrived)).toBeLessThanOrEqual(3 * mean);
    expect(Math.max(...arrived)).toBeLessThanOrEqual(10_000);
  });

  it('without one reaches it as a spike', async () => {
    expect(peak(await broadcast({ href }))).toBe(clients);
  });
});
