/** One function for each thing that pages read. */
import type { AddressesInput, ClientsInput, PeekInput } from '@pollux/admin/contract';
import { useApi } from '../api.ts';
import type { Address } from '../lib/address.ts';
import { registerApplications } from '../lib/colours.ts';
import { useQuery } from './use-query.ts';

export function useStats() {
  const api = useApi();
  return useQuery(
    async (signal) => {
      const found = await api.stats.snapshot.query(undefined, { signal });
      registerApplications(found.applications.map((application) => application.name));
      return found;
    },
    { everyMs: 2000 },
  );
}

export function useApplications() {
  const api = useApi();
  return useQuery(async (signal) => {
    const found = await api.apps.list.query(undefined, { signal });
    registerApplications(found.map((application) => application.name));
    return found;
  });
}

export function useClients(input: () => ClientsInput) {
  const api = useApi();
  return useQuery((signal) => api.clients.list.query(input(), { signal }), { everyMs: 3000, on: input });
}

export function useClient(session: () => string) {
  const api = useApi();
  return useQuery((signal) => api.clients.get.query({ session: session() }, { signal }), { everyMs: 2000, on: session });
}

export function useAddresses(input: () => AddressesInput) {
  const api = useApi();
  return useQuery((signal) => api.buffer.addresses.query(input(), { signal }), { everyMs: 2000, on: input });
}

export function useQueues(address: () => Address | undefined) {
  const api = useApi();
  const read = (signal: AbortSignal) => {
    const of = address();
    return of ? api.buffer.queues.query({ address: of }, { signal }) : Promise.resolve([]);
  };
  return useQuery(read, { everyMs: 2000, on: address });
}

export function usePeek(input: () => PeekInput | undefined) {
  const api = useApi();
  const read = (signal: AbortSignal) => {
    const of = input();
    return of ? api.buffer.peek.query(of, { signal }) : Promise.resolve(undefined);
  };
  return useQuery(read, { everyMs: 2000, on: input });
}

export function useJourney(id: () => string | undefined, application: () => string | undefined, everyMs = 1500) {
  const api = useApi();
  const read = (signal: AbortSignal) => {
    const of = id();
    const from = application();
    return of
      ? api.message.journey.query({ id: of, ...(from ? { application: from } : {}) }, { signal })
      : Promise.resolve(undefined);
  };
  return useQuery(read, { everyMs, on: [id, application] });
}

export function useRouting(windowSeconds: () => number) {
  const api = useApi();
  return useQuery((signal) => api.routing.graph.query({ windowSeconds: windowSeconds() }, { signal }), {
    everyMs: 2000,
    on: windowSeconds,
  });
}

export function useInjectSchemas(enabled: () => boolean) {
  const api = useApi();
  return useQuery((signal) => api.inject.schemas.query(undefined, { signal }), { enabled, on: enabled });
}
