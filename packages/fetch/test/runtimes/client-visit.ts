/** What a program outside a browser does with the communication client, and what came of it. */
import { createCommunicationClient } from '@pollux/core/client';

export interface VisitReport {
  readonly seen: readonly unknown[];
  readonly gaps: number;
  readonly states: readonly string[];
}

/** Polls `{origin}/pollux` until a note says `end`, with a fetch of `{origin}/api/…` where a message asks for one. */
export async function visit(origin: string, mode: 'stream' | 'long-poll'): Promise<VisitReport> {
  const seen: unknown[] = [];
  const states: string[] = [];
  let gaps = 0;
  const client = createCommunicationClient({ url: `${origin}/pollux`, getToken: () => 'alice', mode });
  client.onState((state) => void states.push(state));
  const orders = client.application('orders', { fetchTargets: [`${origin}/api`] });
  orders.onGap(() => gaps++);
  orders.onFetch('changed', ({ data }) => void seen.push(data));
  await new Promise<void>((resolve) => {
    orders.on('note', async ({ data }) => {
      seen.push(data);
      await Promise.resolve();
      if (data === 'end') resolve();
    });
  });
  // The handler that resolved this has to be done before its message counts as handled.
  await new Promise((done) => setTimeout(done, 50));
  await client.close();
  return { seen, gaps, states };
}

/** A handler of requests for a visit: `/?origin=…&mode=…`. */
export async function serveVisit(request: Request): Promise<Response> {
  const query = new URL(request.url).searchParams;
  return Response.json(await visit(query.get('origin') ?? '', query.get('mode') === 'stream' ? 'stream' : 'long-poll'));
}
