/** A disk that keeps what was synced and forgets the rest at a power cut; it can also be full. */
import type { RecordKey } from '../../src/record.ts';
import type { Change, Store } from '../../src/store.ts';

export interface Disk {
  readonly store: Store;
  /** What a power cut leaves now: all that was synced, and of what is being written whole transactions, or none. */
  afterPowerCut(chance: () => number): Map<RecordKey, Buffer>;
  /** While set, nothing can be written, and this is why. */
  full: string | undefined;
}

/** How the disk is built; tests give it faults. */
export interface DiskFaults {
  /** Says that a transaction is synced before it is. */
  readonly lies?: boolean;
  /** Loses some changes of a transaction. */
  readonly loses?: (change: Change) => boolean;
}

function apply(records: Map<RecordKey, Buffer>, changes: readonly Change[]): void {
  for (const [key, sealed] of changes) {
    if (sealed === undefined) records.delete(key);
    else records.set(key, Buffer.from(sealed));
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function createDisk(records: Map<RecordKey, Buffer>, { lies = false, loses }: DiskFaults = {}): Disk {
  const synced = new Map(records);
  const seen = new Map(records);
  const unsynced: (readonly Change[])[] = [];

  const disk: Disk = {
    full: undefined,
    afterPowerCut(chance) {
      const image = new Map(synced);
      for (const changes of unsynced) {
        if (chance() < 0.5) break;
        apply(image, changes);
      }
      return image;
    },
    store: {
      records: () => [...seen].toSorted(([a], [b]) => (a < b ? -1 : 1)),
      get: (key) => seen.get(key),
      async write(all) {
        if (disk.full !== undefined) throw new Error(disk.full);
        const changes = loses === undefined ? all : all.filter((change) => !loses(change));
        apply(seen, changes);
        unsynced.push(changes);
        const syncing = (async () => {
          for (let turns = 0; turns < 3; turns++) await turn();
          apply(synced, unsynced.shift() ?? []);
        })();
        if (!lies) await syncing;
      },
      fileBytes: () => [...seen.values()].reduce((sum, { length }) => sum + length, 0),
      close: async () => {},
    },
  };
  return disk;
}
