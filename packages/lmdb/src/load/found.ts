/** What was found of a queue in a file, of whatever format. */
import type { StoredQueue } from '@pollux/core/server';
import type { RecordKey } from '../record.ts';

export interface FoundQueue {
  /** Undefined where too little was found to tell whose it was, or what belonged to it. */
  readonly stored: StoredQueue | undefined;
  /** Something that belonged to it is not there, or not as it was written. */
  readonly isDamaged: boolean;
  /** Records that are only its. */
  readonly names: readonly RecordKey[];
  /** Records of the format before: it is to be written anew, and these go. */
  readonly former: readonly RecordKey[];
  /** Notes where the queue stands in the log, once it is in the table. */
  place?(epoch: string): void;
}

export interface Found {
  readonly queues: readonly FoundQueue[];
  /** Records that were not what had been written. */
  readonly damaged: number;
  /** Records that tell nothing, of whatever queue. */
  readonly ruined: readonly RecordKey[];
  /** Nobody can tell which queues lost what was written last. */
  readonly isDoubtful: boolean;
}
