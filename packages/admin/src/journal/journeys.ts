/**
 * The lives of the last messages, by id. Entries refer to the events themselves, so that one delivery of many messages
 * costs one reference each and nothing is copied before somebody looks.
 */
import {
  type AcceptedEvent,
  type AcknowledgedEvent,
  type DeliveredEvent,
  type FailedEvent,
  messageId,
  type RemovedEvent,
} from '@pollux/core/server';
import { createSamples, type Samples } from './samples.ts';

export type StepEvent = DeliveredEvent | AcknowledgedEvent | FailedEvent | RemovedEvent;

export interface Journey {
  readonly accepted: AcceptedEvent;
  readonly steps: StepEvent[];
  /** Steps left out between the first and the last ones. */
  omitted: number;
  deliveries: number;
  acknowledgements: number;
  /** It left for another reason than an acknowledgement. */
  isLost: boolean;
  firstDeliveredMs: number | undefined;
}

export interface Journeys {
  readonly size: number;
  readonly capacity: number;
  /** Messages forgotten because of the bound. */
  readonly forgotten: number;
  readonly deliveryLatency: Samples;
  readonly handlingLatency: Samples;
  get(id: string): Journey | undefined;
  all(): Iterable<Journey>;
  accepted(event: AcceptedEvent): void;
  delivered(event: DeliveredEvent): void;
  /** Takes an acknowledgement in and returns how many messages it is of. */
  acknowledged(event: AcknowledgedEvent): number;
  /** How many messages an acknowledgement was of: positions of those that left before anybody got them are holes. */
  messagesIn(event: AcknowledgedEvent): number;
  failed(event: FailedEvent): void;
  removed(event: RemovedEvent): void;
}

/** Steps that are kept from the beginning of a journey; of those after them, the last ones. */
export const keptFirst = 24;
const keptLast = 8;

function addStep(journey: Journey, step: StepEvent): void {
  const { steps } = journey;
  steps.push(step);
  if (steps.length <= keptFirst + keptLast) return;
  steps.splice(keptFirst, 1);
  journey.omitted += 1;
}

/** Journeys of the last `capacity` messages; an older one makes room. */
export function createJourneys(capacity: number): Journeys {
  const byId = new Map<string, Journey>();
  const deliveryLatency = createSamples(1024);
  const handlingLatency = createSamples(1024);
  // A ring tells which one is oldest: a Map whose first entries were deleted walks over all of them to find its first.
  const order: string[] = new Array(capacity);
  let accepted = 0;
  const holes = new WeakMap<AcknowledgedEvent, number>();

  function messagesIn(event: AcknowledgedEvent): number {
    return event.to - event.from - (holes.get(event) ?? 0);
  }

  function acknowledge(journey: Journey, event: AcknowledgedEvent): void {
    journey.acknowledgements += 1;
    if (journey.acknowledgements === 1 && journey.firstDeliveredMs !== undefined)
      handlingLatency.add(event.atMs - journey.firstDeliveredMs);
    addStep(journey, event);
  }

  return {
    get size() {
      return byId.size;
    },
    get forgotten() {
      return Math.max(0, accepted - capacity);
    },
    capacity,
    deliveryLatency,
    handlingLatency,
    get: (id) => byId.get(id),
    all: () => byId.values(),
    accepted(event) {
      const place = accepted % capacity;
      if (accepted >= capacity) byId.delete(order[place] ?? '');
      order[place] = event.id;
      accepted += 1;
      byId.set(event.id, {
        accepted: event,
        steps: [],
        omitted: 0,
        deliveries: 0,
        acknowledgements: 0,
        isLost: false,
        firstDeliveredMs: undefined,
      });
    },
    delivered(event) {
      for (const id of event.ids) {
        const journey = byId.get(id);
        if (!journey) continue;
        journey.deliveries += 1;
        if (journey.firstDeliveredMs === undefined) {
          journey.firstDeliveredMs = event.atMs;
          deliveryLatency.add(event.atMs - journey.accepted.atMs);
        }
        addStep(journey, event);
      }
    },
    acknowledged(event) {
      // Positions may be sparse and far apart; the journal cannot know more of them than it holds.
      const from = Math.max(event.from, event.to - capacity);
      for (let position = from + 1; position <= event.to; position += 1) {
        const journey = byId.get(messageId(event.epoch, position));
        if (journey?.isLost && journey.deliveries === 0) holes.set(event, (holes.get(event) ?? 0) + 1);
        else if (journey) acknowledge(journey, event);
      }
      return messagesIn(event);
    },
    messagesIn,
    failed(event) {
      const journey = byId.get(event.id);
      if (journey) addStep(journey, event);
    },
    removed(event) {
      for (const id of event.ids) {
        const journey = byId.get(id);
        if (!journey) continue;
        if (event.reason !== 'acknowledged') journey.isLost = true;
        addStep(journey, event);
      }
    },
  };
}
