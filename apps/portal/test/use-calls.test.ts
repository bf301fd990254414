import type { ApplicationStatus, CommunicationClient } from '@pollux/core/client';
import { afterEach, expect, it, vi } from 'vitest';
import { effectScope } from 'vue';
import type { Call } from '../src/applications/calls/call.ts';
import { useCalls } from '../src/page/applications/calls/use-calls.ts';

const call = (id: string, more: Partial<Call> = {}): Call =>
  ({ id, version: 1, agent: 'alice', caller: 'C', desk: 'D', subject: 'S', state: 'ringing', offeredMs: 1, ...more }) as Call;

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function open() {
  const handlers = new Map<string, (message: { data: Call }) => void>();
  let onGap: (gap: object) => Promise<void> = () => Promise.resolve();
  let onStatus: (status: ApplicationStatus) => void = () => {};
  const application = {
    on: (type: string, handler: (message: { data: Call }) => void) => void handlers.set(type, handler),
    onGap: (handler: typeof onGap) => {
      onGap = handler;
    },
    onStatus: (listener: typeof onStatus) => {
      onStatus = listener;
      listener({ state: 'pending' });
    },
    close: () => {},
  };
  const client = { application: () => application } as unknown as CommunicationClient;
  const scope = effectScope();
  const calls = scope.run(() => useCalls(client, 'http://desk', 'alice'));
  return {
    shown: () => calls?.current.value.map(({ id }) => id).sort(),
    notice: () => calls?.notice.value,
    offer: (data: Call) => handlers.get('call.offered')?.({ data }),
    tell: (state: ApplicationStatus['state']) => onStatus({ state }),
    lose: () => onGap({ losses: [{ reason: 'expired' }] }),
    [Symbol.dispose]: () => scope.stop(),
  };
}

it('after a loss shows the calls that the desk knows, and those that came meanwhile', async () => {
  let answer: (calls: readonly Call[]) => void = () => {};
  const asked = () =>
    new Promise((resolve) => {
      answer = (calls) => resolve({ ok: true, json: () => Promise.resolve({ calls }) });
    });
  vi.stubGlobal('fetch', asked);
  using page = open();
  answer([call('gone'), call('there')]);
  await vi.waitFor(() => expect(page.shown()).toEqual(['gone', 'there']));
  const reloaded = page.lose();
  page.offer(call('new'));
  answer([call('there')]);
  await reloaded;
  expect(page.shown()).toEqual(['new', 'there']);
});

it('after a loss loads again until the desk answers', async () => {
  vi.useFakeTimers();
  let desk: readonly Call[] | undefined = [];
  vi.stubGlobal('location', { href: 'http://portal/' });
  vi.stubGlobal('fetch', async () => {
    if (desk === undefined) throw new TypeError('fetch failed');
    return { ok: true, json: () => Promise.resolve({ calls: desk }) };
  });
  using page = open();
  await vi.advanceTimersByTimeAsync(10);
  desk = undefined;
  await page.lose().catch(() => undefined);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(page.notice()).toBe('desk cannot be reached');
  desk = [call('there')];
  await vi.advanceTimersByTimeAsync(10_000);
  expect([page.shown(), page.notice()]).toEqual([['there'], '']);
});

it('shows what came to pass before it joined, and loads no more when it joins again', async () => {
  let loads = 0;
  const desk: Call[] = [];
  vi.stubGlobal('fetch', async () => {
    loads++;
    return { ok: true, json: () => Promise.resolve({ calls: [...desk] }) };
  });
  using page = open();
  await vi.waitFor(() => expect(loads).toBe(1));
  desk.push(call('before'));
  page.tell('active');
  await vi.waitFor(() => expect(page.shown()).toEqual(['before']));
  page.tell('pending');
  page.tell('active');
  await new Promise((resolve) => setTimeout(resolve));
  expect(loads).toBe(2);
});

it('goes on telling of a loss that it heard of as it joined', async () => {
  const answers: (() => void)[] = [];
  vi.stubGlobal(
    'fetch',
    () => new Promise((resolve) => answers.push(() => resolve({ ok: true, json: async () => ({ calls: [] }) }))),
  );
  using page = open();
  page.tell('active');
  const lost = page.lose();
  expect(answers).toHaveLength(3);
  answers[2]?.();
  await lost;
  answers[1]?.();
  answers[0]?.();
  await new Promise((resolve) => setTimeout(resolve));
  expect(page.notice()).toContain('reloaded (too old to be kept)');
});
