import type { ApplicationContract, DirectMessage, DirectTypeName, FetchTypeName } from '@pollux/core';
import { shareApplication } from '@pollux/core/bindings';
import type {
  ApplicationClient,
  ApplicationClientOptions,
  ApplicationStatus,
  ContractFetched,
  ContractMessage,
  Failure,
  Fetched,
} from '@pollux/core/client';
import { useEffect, useRef, useState } from 'react';
import { useClient } from './provider.ts';

type Handler = (argument: never) => unknown;

/** What a component does with an application's messages; the handlers of the newest render are the ones that are called. */
export interface Handlers<On, OnFetch> {
  /** Handlers of `direct` messages by type. */
  readonly on?: On;
  /** Handlers of `fetch` messages by type, called after the fetch. */
  readonly onFetch?: OnFetch;
  readonly onGap?: Parameters<ApplicationClient['onGap']>[0];
  readonly onWithdrawn?: (of: string) => unknown;
  readonly onError?: (failure: Failure) => unknown;
}

type ContractHandlers<Contract extends ApplicationContract> = Handlers<
  { readonly [Type in DirectTypeName<Contract>]?: (message: ContractMessage<Contract, Type>) => unknown },
  { readonly [Type in FetchTypeName<Contract>]?: (fetched: ContractFetched<Contract, Type>) => unknown }
>;

type NamedHandlers = Handlers<
  Readonly<Record<string, (message: DirectMessage) => unknown>>,
  Readonly<Record<string, (fetched: Fetched) => unknown>>
>;

/** `['on:call.offered', 'onGap']`: what is handled, whoever handles it. */
function keysOf({ on = {}, onFetch = {}, ...others }: Handlers<object, object>): readonly string[] {
  // One that is missing for now takes no message: what comes waits for it.
  const given = (handlers: object, prefix: string): readonly string[] =>
    Object.entries(handlers).flatMap(([name, handler]) => (handler === undefined ? [] : [prefix + name]));
  return [...given(on, 'on:'), ...given(onFetch, 'onFetch:'), ...given(others, '')].sort();
}

/** `'on:call.offered'` as name and type; others have no type. */
function partsOf(key: string): readonly [name: string, type: string] {
  const at = key.indexOf(':');
  return at < 0 ? [key, ''] : [key.slice(0, at), key.slice(at + 1)];
}

function handlerOf(handlers: Handlers<object, object>, key: string): Handler | undefined {
  const [name, type] = partsOf(key);
  const found = handlers[name as keyof typeof handlers] as Handler | Readonly<Record<string, Handler>> | undefined;
  return typeof found === 'object' ? found[type] : found;
}

function register(client: ApplicationClient, key: string, handler: Handler): () => void {
  const [name, type] = partsOf(key);
  if (name === 'on') return client.on(type, handler as never);
  if (name === 'onFetch') return client.onFetch(type, handler as never);
  return client[name as 'onGap' | 'onWithdrawn' | 'onError'](handler as never);
}

/**
 * Joins an application for as long as the component is there, and hands its messages to the handlers. Several components
 * share it; when the last one goes the application leaves the poll, and what no handler has begun stays with the server.
 * Safe under StrictMode: taken down and put up again at once, it goes on.
 *
 * @param application its name or its contract
 * @param options those of the first component count
 * @returns the application's status
 * @throws Error outside of a `PolluxProvider`
 * @example
 * const { state } = useApplication(crm, { on: { 'call.offered': ({ data }) => setCaller(data.from) } });
 */
export function useApplication<Contract extends ApplicationContract>(
  application: Contract,
  handlers: ContractHandlers<Contract>,
  options?: ApplicationClientOptions,
): ApplicationStatus;
export function useApplication(
  application: string,
  handlers: NamedHandlers,
  options?: ApplicationClientOptions,
): ApplicationStatus;
export function useApplication(
  application: string | ApplicationContract,
  handlers: Handlers<object, object>,
  options?: ApplicationClientOptions,
): ApplicationStatus {
  const client = useClient();
  const [status, setStatus] = useState<ApplicationStatus>({ state: 'pending' });
  const newest = useRef({ application, handlers, options });
  useEffect(() => {
    newest.current = { application, handlers, options };
  });
  const name = typeof application === 'string' ? application : application.name;
  const keys = JSON.stringify(keysOf(handlers));

  // biome-ignore lint/correctness/useExhaustiveDependencies: which application it is, and what it handles, is what counts.
  useEffect(() => {
    const { client: joined, release } = shareApplication(client, newest.current.application, newest.current.options);
    const stops = (JSON.parse(keys) as readonly string[]).map((key) =>
      register(joined, key, (argument) => handlerOf(newest.current.handlers, key)?.(argument)),
    );
    stops.push(joined.onStatus(setStatus));
    return () => {
      for (const stop of stops) stop();
      release();
    };
  }, [client, name, keys]);

  return status;
}
