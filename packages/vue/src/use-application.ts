import type { ApplicationContract } from '@pollux/core';
import { shareApplication } from '@pollux/core/bindings';
import type { ApplicationClient, ApplicationClientOptions, ApplicationStatus, ContractClient } from '@pollux/core/client';
import { onScopeDispose, readonly, type ShallowRef, shallowRef } from 'vue';
import { isRendered, useClient } from './provide.ts';

/** An application's client whose handlers end with the scope (a component, an `effectScope`) that asked for it. */
export type ScopedApplication<Client extends { readonly name: string }> = Omit<Client, 'close' | 'onStatus'> & {
  readonly status: Readonly<ShallowRef<ApplicationStatus>>;
};

/**
 * Joins an application for as long as the scope lives. Several scopes share it; when the last one ends the application
 * leaves the poll, and what no handler has begun stays with the server. Where a page is rendered on a server nobody joins.
 *
 * @param application its name or its contract
 * @param options those of the first scope count
 * @throws Error outside of an app that was given a client
 * @example
 * const { on, status } = useApplication(crm);
 * on('call.offered', ({ data }) => ring(data.from));
 */
export function useApplication<Contract extends ApplicationContract>(
  application: Contract,
  options?: ApplicationClientOptions,
): ScopedApplication<ContractClient<Contract>>;
export function useApplication(application: string, options?: ApplicationClientOptions): ScopedApplication<ApplicationClient>;
export function useApplication(application: string | ApplicationContract, options?: ApplicationClientOptions): unknown {
  const communication = useClient();
  const status = shallowRef<ApplicationStatus>({ state: 'pending' });
  if (isRendered()) return unjoined(typeof application === 'string' ? application : application.name, status);
  const { client, release } = shareApplication(communication, application, options);
  const stops = new Set<() => void>();
  let isOver = false;

  /** What is registered after the scope ended (behind an `await`) ends at once. */
  function within(stop: () => void): () => void {
    if (isOver) stop();
    else stops.add(stop);
    return () => {
      stops.delete(stop);
      stop();
    };
  }

  within(
    client.onStatus((next) => {
      status.value = next;
    }),
  );
  onScopeDispose(() => {
    isOver = true;
    for (const stop of stops) stop();
    release();
  });

  const scoped: ScopedApplication<ApplicationClient> = {
    name: client.name,
    status: readonly(status),
    on: (type, handler) => within(client.on(type, handler)),
    onFetch: (type, handler) => within(client.onFetch(type, handler)),
    onGap: (handler) => within(client.onGap(handler)),
    onWithdrawn: (handler) => within(client.onWithdrawn(handler)),
    onError: (handler) => within(client.onError(handler)),
  };
  return scoped;
}

function unjoined(name: string, status: ShallowRef<ApplicationStatus>): ScopedApplication<ApplicationClient> {
  const stop = (): void => undefined;
  const take = () => stop;
  return { name, status: readonly(status), on: take, onFetch: take, onGap: take, onWithdrawn: take, onError: take };
}
