/** The world that a seed describes: who lives in it, how small its bounds are, and how badly it is treated. */
import type { Limits } from '../../src/protocol/limits.ts';
import type { ApplicationOptions } from '../../src/server/communication-server.ts';
import type { SeededRandom } from './seeded-random.ts';

export interface Settings {
  readonly applications: Readonly<Record<string, ApplicationOptions>>;
  readonly recipients: readonly string[];
  readonly groups: readonly string[];
  readonly limits: Partial<Limits>;
  /** Milliseconds that each step of the store takes; 0 is the in-memory one as it is. */
  readonly storeMs: number;
  /** Part of the requests that something happens to. */
  readonly faultRate: number;
  /** Part of handler calls that do not simply succeed. */
  readonly handlerFaultRate: number;
  /** Mean milliseconds between two troubles of the world. */
  readonly troubleMs: number;
  /** Mean milliseconds between two publishes of one publisher. */
  readonly publishMs: number;
  readonly publishers: number;
  readonly pagesPerRecipient: number;
  readonly chaosMs: number;
}

/** Where applications' own servers live; fetch messages point there. */
export const applicationOrigin = 'http://apps.test';

const fetchTargets = [applicationOrigin];

export function drawSettings(random: SeededRandom): Settings {
  return {
    applications: {
      calls: { fetchTargets },
      orders: { fetchTargets, overflow: 'drop-oldest' },
      ...(random.chance(0.5) ? { inbox: { fetchTargets, retain: 'ttl', overflow: 'drop-oldest' } } : undefined),
    },
    // Names that a careless key would mix up with one another.
    recipients: ['alice', 'a:b', '__proto__'].slice(0, random.between(1, 3)),
    groups: ['team', 'alice'].slice(0, random.between(0, 2)),
    limits: drawLimits(random),
    storeMs: random.chance(0.3) ? random.pick([5, 50]) : 0,
    faultRate: random.pick([0, 0.05, 0.1, 0.25]),
    handlerFaultRate: random.pick([0, 0.05, 0.2]),
    troubleMs: random.pick([2000, 5000, 15_000]),
    publishMs: random.pick([300, 1000, 3000]),
    publishers: random.between(1, 2),
    pagesPerRecipient: random.between(1, 2),
    chaosMs: random.between(20, 60) * 1000,
  };
}

function drawLimits(random: SeededRandom): Partial<Limits> {
  return {
    holdSeconds: random.pick([5, 15, 25]),
    holdSpreadSeconds: random.pick([0.5, 4]),
    sessionSeconds: random.pick([8, 20, 60]),
    queueMessages: random.pick([4, 10, 50]),
    queueBytes: random.pick([1500, 20_000]),
    responseBytes: random.pick([400, 1500, 100_000]),
    heldPollsPerRecipient: random.pick([1, 4, 8]),
    sessionsPerRecipient: 64,
    ttlSeconds: 300,
    keySeconds: random.pick([30, 120]),
    stubSeconds: random.pick([15, 300]),
    gatherMs: random.pick([0, 0, 10]),
  };
}
