import { createCommunicationServer } from '@pollux/core/server';
import { createFetchHandler } from '@pollux/fetch';

const users = new Map([['Bearer token-of-alice', { recipient: 'alice' }]]);

/** One object is one communication server: whatever isolate a request comes to, it is sent here. */
export class Communication {
  readonly #server = createCommunicationServer({ applications: { orders: { title: 'Orders' } } });
  readonly #pollux = createFetchHandler({
    server: this.#server,
    authenticate: (request) => users.get(request.header('authorization') ?? ''),
  });

  async fetch(request: Request): Promise<Response> {
    if (this.#pollux.matches(request)) return this.#pollux(request);
    const { pathname } = new URL(request.url);
    if (request.method !== 'POST' || pathname !== '/orders/ship') return new Response(null, { status: 404 });
    const shipped = { kind: 'direct', type: 'order.shipped', data: { id: 7 } } as const;
    return Response.json(await this.#server.application('orders').notify({ recipients: ['alice'] }, shipped));
  }
}

interface Environment {
  readonly COMMUNICATION: { getByName(name: string): { fetch(request: Request): Promise<Response> } };
}

// biome-ignore lint/style/noDefaultExport: a worker is its module's default export
export default {
  fetch: (request: Request, { COMMUNICATION }: Environment) => COMMUNICATION.getByName('communication').fetch(request),
};
