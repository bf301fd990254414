import type { ClientState } from '@pollux/core/client';
import { onScopeDispose, readonly, type ShallowRef, shallowRef } from 'vue';
import { isRendered, useClient } from './provide.ts';

/**
 * How the communication client is connected, for as long as the scope lives. Rendered on a server it is what it is then.
 * @throws Error outside of an app that was given a client
 */
export function useStatus(): Readonly<ShallowRef<ClientState>> {
  const client = useClient();
  const state = shallowRef(client.state);
  if (isRendered()) return readonly(state);
  onScopeDispose(
    client.onState((next) => {
      state.value = next;
    }),
  );
  return readonly(state);
}
