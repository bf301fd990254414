import { type CommunicationServer, createCommunicationServer } from '@pollux/core/server';
import { createFetchHandler } from '@pollux/fetch';

const users = new Map([['Bearer token-of-alice', { recipient: 'alice' }]]);

// Next.js bundles each route by itself and loads changed files anew: what all of them share lives in the process.
const shared = globalThis as { polluxServer?: CommunicationServer };
shared.polluxServer ??= createCommunicationServer({ applications: { orders: { title: 'Orders' } } });

export const server: CommunicationServer = shared.polluxServer;
export const pollux: (request: Request) => Promise<Response> = createFetchHandler({
  server,
  authenticate: (request) => users.get(request.header('authorization') ?? ''),
});
