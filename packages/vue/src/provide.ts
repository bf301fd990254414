import type { CommunicationClient } from '@pollux/core/client';
import { type InjectionKey, inject, type Plugin, ssrContextKey } from 'vue';

const key: InjectionKey<CommunicationClient> = Symbol('pollux');

/**
 * A plugin that gives an app its communication client.
 *
 * @example
 * createApp(App).use(pollux(createCommunicationClient({ url: '/pollux' })));
 */
export function pollux(client: CommunicationClient): Plugin {
  return { install: (app) => void app.provide(key, client) };
}

/**
 * The app's communication client.
 * @throws Error outside of an app that was given one
 */
export function useClient(): CommunicationClient {
  const client = inject(key, undefined);
  if (client === undefined) throw new Error('There is no communication client here. Give the app one: app.use(pollux(client)).');
  return client;
}

/** Whether a page is rendered on a server, where no scope ever ends: what began with one would go on for good. */
export function isRendered(): boolean {
  return inject<unknown>(ssrContextKey, undefined) !== undefined;
}
