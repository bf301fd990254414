/** The typed client of the admin router, given to components by injection so that tests can give another. */
import type { AdminRouter } from '@pollux/admin/contract';
import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink, TRPCClientError } from '@trpc/client';
import { type InjectionKey, inject } from 'vue';
import { basePath } from './base.ts';

export type Api = ReturnType<typeof createApi>;

export const apiKey: InjectionKey<Api> = Symbol('api');

export function createApi(url: string = `${basePath}trpc`) {
  return createTRPCClient<AdminRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === 'subscription',
        true: httpSubscriptionLink({ url }),
        false: httpBatchLink({ url, maxURLLength: 2000 }),
      }),
    ],
  });
}

export function useApi(): Api {
  const api = inject(apiKey);
  if (!api) throw new Error('No API client was provided. Call app.provide(apiKey, createApi()) first.');
  return api;
}

/** What a failed call means for the page. */
export interface Failure {
  readonly kind: 'unauthorized' | 'forbidden' | 'unreachable' | 'refused';
  readonly message: string;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number;
  /** The field at fault, where the server names one. */
  readonly field?: string;
}

/** Reads any error of a call; an error without an answer means that the server cannot be reached. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof TRPCClientError))
    return { kind: 'refused', message: error instanceof Error ? error.message : String(error) };
  const data = (error as TRPCClientError<AdminRouter>).data;
  if (!data) return { kind: 'unreachable', message: 'The server cannot be reached.' };
  const kind = data.code === 'UNAUTHORIZED' ? 'unauthorized' : data.code === 'FORBIDDEN' ? 'forbidden' : 'refused';
  const field = data.problem?.field?.replace(/^0\./, '');
  return {
    kind,
    message: error.message,
    ...(data.retryAfter === undefined ? {} : { retryAfter: data.retryAfter }),
    ...(field === undefined ? {} : { field }),
  };
}
