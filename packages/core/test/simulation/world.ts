/** What everything in a simulated world shares: its time, its chance, its record of itself, and its verdict. */
import type { Kind } from './faults.ts';
import type { Host } from './host.ts';
import type { Ledger } from './ledger.ts';
import type { Network } from './network.ts';
import type { Page } from './page.ts';
import type { Sabotage } from './sabotage.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Settings } from './settings.ts';
import type { VirtualTime } from './virtual-time.ts';

/** The invariants of RELIABILITY's checker, and what else a run has to show. */
export type Invariant =
  | 'I1'
  | 'I2'
  | 'I3'
  | 'I4'
  | 'I5'
  | 'I6'
  | 'I7'
  | 'I8'
  | 'I9'
  | 'I10'
  | 'I11'
  | 'bound'
  | 'freeing'
  | 'crash';

export interface Violation {
  readonly invariant: Invariant;
  readonly atMs: number;
  readonly text: string;
}

export interface World {
  readonly seed: number;
  readonly settings: Settings;
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  readonly ledger: Ledger;
  readonly network: Network;
  readonly host: Host;
  readonly sabotage: Sabotage;
  /** Pages that were ever opened. */
  readonly pages: Page[];
  /** Groups of each recipient, as the host of the pages says. */
  readonly groups: Map<string, readonly string[]>;
  readonly counts: Map<Kind, number>;
  readonly violations: Violation[];
  /** Faults happen; off in the calm at the end. */
  isStormy: boolean;
  count(kind: Kind): void;
  /** Adds a line to the record whose hash two runs of a seed must share. */
  note(text: string): void;
  fail(invariant: Invariant, text: string): void;
}
