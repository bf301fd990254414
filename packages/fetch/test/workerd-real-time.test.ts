import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RunningProgram } from './runtimes/start.ts';
import { startWorkerd } from './runtimes/workerd.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** In real time, since the runtime's own timers are looked at: what is due after a second must come long before this. */
const lateMs = 15_000;

describe.each(['durable-object.capnp', 'isolate.capnp'])('workerd in real time: %s', (configuration) => {
  let program: RunningProgram | undefined;
  beforeAll(async () => {
    program = await startWorkerd(configuration, { module: new URL('./runtimes/real-time-worker.ts', import.meta.url) });
  });
  afterAll(() => program?.stop());

  const address = (path: string): string => `http://127.0.0.1:${program?.port}${path}`;
  const post = (path: string, body: unknown): Promise<Response> =>
    fetch(address(path), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const publish = async (text: string): Promise<void> => void (await (await post('/publish', text)).text());

  interface Opened {
    readonly session: string;
    readonly applications: { readonly orders: { readonly cursor: string } };
  }

  async function hold(
    wait: number,
    more: object = {},
  ): Promise<{ readonly status: number; readonly text: string; readonly ms: number }> {
    const { session, applications } = (await (
      await post('/pollux/poll', { applications: { orders: { cursor: null, ...more } } })
    ).json()) as Opened;
    const begun = performance.now();
    const orders = { cursor: applications.orders.cursor, ...more };
    const response = await post('/pollux/poll', { session, seq: 2, wait, applications: { orders } });
    return { status: response.status, text: await response.text(), ms: performance.now() - begun };
  }

  it('ends a hold at its time', async () => {
    const { status, ms } = await hold(1);
    expect(status).toBe(204);
    expect(ms).toBeGreaterThan(900);
    expect(ms).toBeLessThan(lateMs);
  });

  it('keeps a timer that a request set which is over: maxDelay, counted from a publish', async () => {
    const held = hold(30, { maxDelay: 1 });
    await new Promise((resolve) => void setTimeout(resolve, 300));
    await publish('late');
    const { status, text, ms } = await held;
    expect([status, text.includes('late')]).toEqual([200, true]);
    expect(ms).toBeLessThan(lateMs);
  });

  it('carries what another request publishes into a stream, and ends the stream at its age', async () => {
    const response = await fetch(address('/pollux/stream?app=orders'));
    await publish('streamed');
    const text = await response.text();
    expect(text).toContain('streamed');
    expect(text).toContain('event: end');
  });
});
