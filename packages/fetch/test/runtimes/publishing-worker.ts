/** An application's server on workerd, which publishes, and the communication server beside it: each of them is this. */
import { createPublisher } from '@pollux/core/publisher';
import { createCommunicationServer } from '@pollux/core/server';
import { createFetchHandler, type FetchHandler } from '@pollux/fetch';

let hub: FetchHandler | undefined;

function openHub(): FetchHandler {
  const server = createCommunicationServer({ applications: { orders: {} } });
  return createFetchHandler({ server, authorizePublisher: () => ({ applications: ['orders'] }) });
}

async function publish(url: string): Promise<unknown> {
  const publisher = createPublisher({ url, application: 'orders', key: 'any', patience: 2 });
  const numbers = [1, 2, 3].map((data) =>
    publisher.publish({ to: { recipients: ['alice'] }, kind: 'direct', type: 'number', data }),
  );
  const found = await Promise.allSettled(numbers);
  return found.map((one) => (one.status === 'fulfilled' ? one.value.accepted.length : `${one.reason} ${one.reason.cause}`));
}

// biome-ignore lint/style/noDefaultExport: workerd takes a module's default export
export default {
  async fetch(request: Request): Promise<Response> {
    const { hostname, pathname } = new URL(request.url);
    if (hostname === 'moved.test') return Response.redirect('https://elsewhere.test/', 302);
    if (hostname !== 'hub.test') return Response.json(await publish(`http://${pathname.slice(1)}.test/pollux`));
    hub ??= openHub();
    return hub(request);
  },
};
