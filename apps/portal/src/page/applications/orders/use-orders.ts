/** The order desk's part of the page: messages say what has changed, the order itself comes from its own server. */
import type { CommunicationClient, Fetched } from '@pollux/core/client';
import { type Ref, ref, shallowRef } from 'vue';
import type { Order } from '../../../applications/orders/order.ts';
import { fetchJson, UnexpectedAnswer } from '../../fetch-json.ts';
import { type ApplicationState, useApplicationState } from '../../shell/use-application-state.ts';

export interface Orders extends ApplicationState {
  /** The last changed first. */
  readonly orders: Readonly<Ref<readonly Order[]>>;
  /** The order fetched last, and the how manieth fetch that was. */
  readonly lastFetched: Readonly<Ref<{ readonly id: string; readonly count: number }>>;
  /** Has a customer order, for demonstration. */
  demonstrate(): Promise<void>;
}

const shown = 30;

/** Follows the orders. */
export function useOrders(client: CommunicationClient, server: string): Orders {
  const orders = shallowRef<readonly Order[]>([]);
  const lastFetched = ref({ id: '', count: 0 });
  // Whatever a message names, this client asks nobody but the order desk's own server.
  const application = client.application('orders', { fetchTargets: [new URL(server).origin] });

  application.onFetch('order.changed', refresh);
  const state = useApplicationState(application, load);

  async function refresh({ response }: Fetched): Promise<void> {
    if (response.status === 404) return; // Gone from the book since.
    if (!response.ok) throw new UnexpectedAnswer(response.status, 'The order desk does not answer');
    const order = (await response.json()) as Order;
    take([order]);
    lastFetched.value = { id: order.id, count: lastFetched.value.count + 1 };
    state.unread.add();
  }

  async function load(): Promise<void> {
    take((await fetchJson<{ readonly orders: readonly Order[] }>(`${server}/api/orders`)).orders);
  }

  /** The same order may come by loading and by message, in any order: the last changed holds. */
  function take(incoming: readonly Order[]): void {
    const all = new Map(orders.value.map((order) => [order.id, order]));
    for (const order of incoming) {
      if ((all.get(order.id)?.changedMs ?? 0) <= order.changedMs) all.set(order.id, order);
    }
    orders.value = [...all.values()].sort((one, other) => other.changedMs - one.changedMs).slice(0, shown);
  }

  return {
    ...state,
    orders,
    lastFetched,
    demonstrate: () => state.attempt(() => fetchJson(`${server}/demo/order`, {})),
  };
}
