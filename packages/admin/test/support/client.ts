import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink, type TRPCClient } from '@trpc/client';
import { EventSource } from 'eventsource';
import type { AdminRouter } from '../../src/index.ts';
import type { OpenAdmin } from './open-admin.ts';

/** A tRPC client as the console has one, signed in by its cookie. */
export function createClient(admin: OpenAdmin, cookie: string): TRPCClient<AdminRouter> {
  // The two libraries describe fetch by shapes of their own, which do not match each other.
  const withCookie = (input: string | URL, init?: object): Promise<Response> => {
    const { headers } = (init ?? {}) as { headers?: Record<string, string> };
    return fetch(input, { ...(init as RequestInit), headers: { ...headers, cookie } });
  };
  return createTRPCClient<AdminRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === 'subscription',
        true: httpSubscriptionLink({ url: admin.url, EventSource, eventSourceOptions: { fetch: withCookie as never } }),
        false: httpLink({ url: admin.url, fetch: withCookie as never }),
      }),
    ],
  });
}
