import type { ClientState } from '@pollux/core/client';
import { useCallback, useSyncExternalStore } from 'react';
import { useClient } from './provider.ts';

/**
 * How the communication client is connected. On a server it is `'idle'`.
 * @throws Error outside of a `PolluxProvider`
 */
export function useStatus(): ClientState {
  const client = useClient();
  const subscribe = useCallback((changed: () => void) => client.onState(changed), [client]);
  return useSyncExternalStore(
    subscribe,
    () => client.state,
    () => 'idle',
  );
}
