import { epochBytes } from '../../protocol/cursor.ts';
import type { Clock, Random } from '../../protocol/environment.ts';
import { defaultLimits, type Limits } from '../../protocol/limits.ts';
import { systemClock, systemRandom } from '../../protocol/system-environment.ts';
import type { BufferWatcher, MessageBuffer } from '../message-buffer.ts';
import { createTable } from './table.ts';
import { createTableBuffer } from './table-buffer.ts';

export interface MemoryBufferOptions {
  /** Bounds of queues, addresses and the whole. @default defaultLimits */
  readonly limits?: Partial<Limits>;
  /** @default the system's */
  readonly clock?: Clock;
  /** @default the system's */
  readonly random?: Random;
}

/** The in-memory two-tier hash table: address -> application -> queue. Grade `memory`: it ends with the process. */
export function createMemoryBuffer(options: MemoryBufferOptions = {}): MessageBuffer {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const origin = clock.now() - clock.monotonic();
  return createTableBuffer({
    table: createTable(() => random.token(epochBytes)),
    limits: { ...defaultLimits, ...options.limits },
    now: () => origin + clock.monotonic(),
    watchers: new Set<BufferWatcher>(),
    journal: undefined,
    freesFromMs: 0,
    clock,
  });
}
