import type { CommunicationClient } from '@pollux/core/client';
import { createContext, createElement, type ReactNode, useContext } from 'react';

const Context = createContext<CommunicationClient | undefined>(undefined);

export interface PolluxProviderProps {
  readonly client: CommunicationClient;
  readonly children?: ReactNode;
}

/**
 * Gives what is inside it the communication client.
 *
 * @example
 * const client = createCommunicationClient({ url: '/pollux' });
 * root.render(<PolluxProvider client={client}><App /></PolluxProvider>);
 */
export function PolluxProvider({ client, children }: PolluxProviderProps): ReactNode {
  return createElement(Context.Provider, { value: client }, children);
}

/**
 * The communication client.
 * @throws Error outside of a `PolluxProvider`
 */
export function useClient(): CommunicationClient {
  const client = useContext(Context);
  if (client === undefined) throw new Error('There is no communication client here. Put <PolluxProvider client={…}> around it.');
  return client;
}
