import type { ClientEvent, ClientState } from '@pollux/core/client';
import { type Ref, ref, shallowRef } from 'vue';
import type { Exchange, WireEntry, WireTotals } from './wire-entry.ts';
import { createWireLog, isHeld } from './wire-log.ts';

export interface Wire {
  /** To be passed to the communication client as `observe`. */
  readonly observe: (event: ClientEvent) => void;
  /** The newest first. */
  readonly entries: Readonly<Ref<readonly WireEntry[]>>;
  /** Requests without an answer yet; Pollux promises that it is never more than one. */
  readonly held: Readonly<Ref<readonly Exchange[]>>;
  readonly totals: Readonly<Ref<WireTotals>>;
  readonly state: Readonly<Ref<ClientState>>;
  /** When the client tries again, in milliseconds since 1970, while it waits for that. */
  readonly retryAtMs: Readonly<Ref<number | undefined>>;
}

/** Watches the communication client. */
export function useWire(): Wire {
  const log = createWireLog();
  const entries = shallowRef(log.entries);
  const held = shallowRef<readonly Exchange[]>([]);
  const totals = shallowRef(log.totals);
  const state = ref<ClientState>('idle');
  const retryAtMs = ref<number>();
  return {
    observe(event) {
      log.record(event);
      entries.value = log.entries;
      held.value = log.entries.filter(isHeld);
      totals.value = log.totals;
      if (event.kind !== 'state') return;
      state.value = event.state;
      retryAtMs.value = event.retryInMs === undefined ? undefined : Date.now() + event.retryInMs;
    },
    entries,
    held,
    totals,
    state,
    retryAtMs,
  };
}
