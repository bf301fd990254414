/** The call desk's part of the page: its state follows the messages of its own server. */
import type { CommunicationClient } from '@pollux/core/client';
import { computed, type Ref, shallowRef } from 'vue';
import type { Call } from '../../../applications/calls/call.ts';
import { fetchJson } from '../../fetch-json.ts';
import { type ApplicationState, useApplicationState } from '../../shell/use-application-state.ts';

export interface Calls extends ApplicationState {
  /** Calls that ring or go on, the newest first. */
  readonly current: Readonly<Ref<readonly Call[]>>;
  /** The last calls that ended, the newest first. */
  readonly ended: Readonly<Ref<readonly Call[]>>;
  act(call: Call, verb: 'answer' | 'decline' | 'hang-up'): Promise<void>;
  /** Has a caller ring this agent, for demonstration. */
  demonstrate(): Promise<void>;
}

const endedShown = 5;

/** Follows the calls of one agent. */
export function useCalls(client: CommunicationClient, server: string, agent: string): Calls {
  const calls = shallowRef<ReadonlyMap<string, Call>>(new Map());
  const application = client.application('calls');

  application.on<Call>('call.offered', ({ data }) => {
    if (take(data)) state.unread.add();
  });
  application.on<Call>('call.taken', ({ data }) => take(data));
  application.on<Call>('call.ended', ({ data }) => take(data));
  const state = useApplicationState(application, load);

  /** The same call may come by message and by loading, in any order: the higher version holds. */
  function take(call: Call): boolean {
    if ((calls.value.get(call.id)?.version ?? 0) >= call.version) return false;
    calls.value = new Map(calls.value).set(call.id, call);
    return true;
  }

  async function load(): Promise<void> {
    const before = calls.value;
    const loaded = await fetchJson<{ readonly calls: readonly Call[] }>(`${server}/api/calls?agent=${encodeURIComponent(agent)}`);
    // What the desk no longer knows has ended, though the message that said so was missed.
    const known = new Set(loaded.calls.map(({ id }) => id));
    const kept = [...calls.value].filter(([id, call]) => known.has(id) || before.get(id) !== call || call.state === 'ended');
    calls.value = new Map(kept);
    for (const call of loaded.calls) take(call);
  }

  return {
    ...state,
    current: computed(() =>
      [...calls.value.values()].filter((call) => call.state !== 'ended').sort((one, other) => other.offeredMs - one.offeredMs),
    ),
    ended: computed(() =>
      [...calls.value.values()]
        .filter((call) => call.state === 'ended')
        .sort((one, other) => (other.endedMs ?? 0) - (one.endedMs ?? 0))
        .slice(0, endedShown),
    ),
    act: (call, verb) => state.attempt(() => fetchJson(`${server}/api/calls/${call.id}/${verb}`, { agent })),
    demonstrate: () => state.attempt(() => fetchJson(`${server}/demo/call`, { agent })),
  };
}
