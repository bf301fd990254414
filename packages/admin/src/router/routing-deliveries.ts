import type { AddressKind, RoutingGraph } from '../contract/routing.ts';
import { type Journey, keptFirst } from '../journal/journeys.ts';

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

/**
 * Deliveries of a journey that are known by their number only; undefined where the window has none. They lie between the
 * first steps and the last: of what began before the window nobody knows how much, so that counts as 0.
 */
function untoldSince({ deliveries, steps }: Journey, told: number, fromMs: number): number | undefined {
  const after = steps[keptFirst]?.atMs ?? 0;
  if (deliveries === told || after < fromMs) return undefined;
  return (steps[keptFirst - 1]?.atMs ?? 0) < fromMs ? 0 : deliveries - told;
}

export interface DeliveryCount {
  readonly delivered: readonly Delivered[];
  /** Some deliveries since then are known by their number only. */
  readonly partial: boolean;
}

/**
 * Deliveries since `fromMs` by application, kind of address and recipient; recipients outside `named` count as `''`, as do
 * those of a message that went to more than its journey tells apart.
 */
export function countDelivered(
  journeys: Iterable<Journey>,
  fromMs: number,
  named: ReadonlySet<string> | undefined,
): DeliveryCount {
  const flows = new Map<string, Flow>();
  let partial = false;

  function flowTo({ accepted: { application, address } }: Journey, recipient: string): Flow {
    const key = JSON.stringify([application, address.kind, recipient]);
    const flow = flows.get(key) ?? { application, from: address.kind, recipient, messages: 0, delays: [] };
    flows.set(key, flow);
    return flow;
  }

  for (const journey of journeys) {
    const { accepted, steps } = journey;
    let told = 0;
    for (const step of steps) {
      if (step.kind !== 'delivered') continue;
      told += 1;
      if (step.atMs < fromMs) continue;
      const flow = flowTo(journey, !named || named.has(step.recipient) ? step.recipient : '');
      flow.messages += 1;
      if (flow.delays.length < delaysKept) flow.delays.push(step.atMs - accepted.atMs);
    }
    const untold = untoldSince(journey, told, fromMs);
    if (untold === undefined) continue;
    partial = true;
    if (untold > 0) flowTo(journey, '').messages += untold;
  }
  const delivered = [...flows.values()].map(({ delays, ...flow }) => ({ ...flow, medianMs: median(delays) }));
  return { delivered, partial };
}
