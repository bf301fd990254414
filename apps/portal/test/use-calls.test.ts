import type { CommunicationClient } from '@pollux/core/client';
import { afterEach, expect, it, vi } from 'vitest';
import { effectScope } from 'vue';
import type { Call } from '../src/applications/calls/call.ts';
import { useCalls } from '../src/page/applications/calls/use-calls.ts';

const call = (id: string, more: Partial<Call> = {}): Call =>
  ({ id, version: 1, agent: 'alice', caller: 'C', desk: 'D', subject: 'S', state: 'ringing', offeredMs: 1, ...more }) as Call;

afterEach(() => vi.unstubAllGlobals());

it('after a loss shows the calls that the desk knows, and those that came meanwhile', async () => {
  let answer: (calls: readonly Call[]) => void = () => {};
  const asked = () =>
    new Promise((resolve) => {
      answer = (calls) => resolve({ ok: true, json: () => Promise.resolve({ calls }) });
    });
  vi.stubGlobal('fetch', asked);
  const handlers = new Map<string, (message: { data: Call }) => void>();
  let onGap: (gap: object) => Promise<void> = () => Promise.resolve();
  const application = {
    on: (type: string, handler: (message: { data: Call }) => void) => void handlers.set(type, handler),
    onGap: (handler: typeof onGap) => {
      onGap = handler;
    },
    onStatus: () => {},
    close: () => {},
  };
  const client = { application: () => application } as unknown as CommunicationClient;
  const scope = effectScope();
  const calls = scope.run(() => useCalls(client, 'http://desk', 'alice'));
  const shown = () => calls?.current.value.map(({ id }) => id).sort();
  answer([call('gone'), call('there')]);
  await vi.waitFor(() => expect(shown()).toEqual(['gone', 'there']));
  const reloaded = onGap({ losses: [{ reason: 'expired' }] });
  handlers.get('call.offered')?.({ data: call('new') });
  answer([call('there')]);
  await reloaded;
  expect(shown()).toEqual(['new', 'there']);
  scope.stop();
});
