/** A communication server in real time: in a Durable Object as it is, in the memory of one isolate with its clock. */
import { type CommunicationServer, createCommunicationServer } from '@pollux/core/server';
import { createFetchHandler, createIsolateClock, type FetchHandler } from '@pollux/fetch';

interface Environment {
  readonly HOST?: { idFromName(name: string): unknown; get(id: unknown): { fetch(request: Request): Promise<Response> } };
}

interface Opened {
  readonly server: CommunicationServer;
  readonly handler: FetchHandler;
}

const applications = { orders: {} };
const limits = { holdSpreadSeconds: 0, streamSeconds: 1 };
const authenticate = () => ({ recipient: 'alice' });

function openInObject(): Opened {
  const server = createCommunicationServer({ applications, limits });
  return { server, handler: createFetchHandler({ server, authenticate }) };
}

function openInIsolate(): Opened {
  const { clock, whileHeld } = createIsolateClock();
  const server = createCommunicationServer({ applications, limits, clock });
  return { server, handler: createFetchHandler({ server, clock, whileHeld, authenticate }) };
}

async function serve({ server, handler }: Opened, request: Request): Promise<Response> {
  if (handler.matches(request)) return handler(request);
  const notification = { kind: 'direct', type: 'text', data: await request.text() } as const;
  return Response.json(await server.application('orders').notify({ recipients: ['alice'] }, notification));
}

export class HostObject {
  readonly #opened = openInObject();

  fetch(request: Request): Promise<Response> {
    return serve(this.#opened, request);
  }
}

let inIsolate: Opened | undefined;

// biome-ignore lint/style/noDefaultExport: workerd takes a module's default export
export default {
  fetch(request: Request, { HOST }: Environment): Promise<Response> {
    if (HOST !== undefined) return HOST.get(HOST.idFromName('host')).fetch(request);
    // Made by the first request: outside of one, workerd gives no random numbers.
    inIsolate ??= openInIsolate();
    return serve(inIsolate, request);
  },
};
