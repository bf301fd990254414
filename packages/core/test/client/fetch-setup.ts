/** A client whose application `orders` handles `fetch` messages of type `changed`. */
import type { ApplicationClient, ApplicationClientOptions, Fetched } from '../../src/client/index.ts';
import { type Sent, type Setup, setup } from './harness.ts';

export const origin = 'https://orders.example';

export interface FetchSetup extends Setup {
  readonly orders: ApplicationClient;
  readonly fetched: Fetched[];
  readonly bodies: string[];
  /** Requests to anything but the communication server. */
  requests(): Sent[];
}

export async function opened(options: ApplicationClientOptions = { fetchTargets: [origin] }, random = 0.5): Promise<FetchSetup> {
  const parts = setup({}, random);
  const orders = parts.client.application('orders', options);
  const fetched: Fetched[] = [];
  const bodies: string[] = [];
  orders.onFetch('changed', async (found) => {
    fetched.push(found);
    bodies.push(await found.response.text());
  });
  await parts.open();
  const requests = (): Sent[] => parts.server.sent.filter(({ url }) => !url.includes('/pollux'));
  return { ...parts, orders, fetched, bodies, requests };
}
