/** The publisher on workerd, whose `fetch` is not everywhere that of others. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { RunningProgram } from './runtimes/start.ts';
import { startWorkerd } from './runtimes/workerd.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let program: RunningProgram | undefined;
beforeAll(async () => {
  program = await startWorkerd('publisher.capnp', { module: new URL('./runtimes/publishing-worker.ts', import.meta.url) });
});
afterAll(() => program?.stop());

const publishTo = async (name: string): Promise<unknown> => (await fetch(`http://127.0.0.1:${program?.port}/${name}`)).json();

it('publishes', async () => {
  expect(await publishTo('hub')).toEqual([1, 1, 1]);
});

it('follows no redirection: its key is for one address alone', async () => {
  const why = expect.stringMatching(/patience.*Error: Something else than the server answered 302\./);
  expect(await publishTo('moved')).toEqual([why, why, why]);
});
