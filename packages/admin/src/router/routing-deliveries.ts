import type { AddressKind, RoutingGraph } from '../contract/routing.ts';
import type { Journey } from '../journal/journeys.ts';

export type Delivered = RoutingGraph['delivered'][number];

interface Flow {
  readonly application: string;
  readonly from: AddressKind;
  readonly recipient: string;
  messages: number;
  readonly delays: number[];
}

/** Delays kept of one flow for its median. */
const delaysKept = 500;

function median(values: number[]): number | undefined {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** Deliveries since `fromMs` by application, kind of address and recipient; recipients outside `named` count as `''`. */
export function countDelivered(
  journeys: Iterable<Journey>,
  fromMs: number,
  named: ReadonlySet<string> | undefined,
): readonly Delivered[] {
  const flows = new Map<string, Flow>();
  for (const { accepted, steps } of journeys) {
    for (const step of steps) {
      if (step.kind !== 'delivered' || step.atMs < fromMs) continue;
      const recipient = !named || named.has(step.recipient) ? step.recipient : '';
      const { application, address } = accepted;
      const key = JSON.stringify([application, address.kind, recipient]);
      const flow = flows.get(key) ?? { application, from: address.kind, recipient, messages: 0, delays: [] };
      flow.messages += 1;
      if (flow.delays.length < delaysKept) flow.delays.push(step.atMs - accepted.atMs);
      flows.set(key, flow);
    }
  }
  return [...flows.values()].map(({ delays, ...flow }) => ({ ...flow, medianMs: median(delays) }));
}
