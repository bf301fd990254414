/** The file: what is asked of LMDB, and nothing else. Tests put another one in its place that fails on demand. */
import { statSync } from 'node:fs';
import { open } from 'lmdb';
import type { RecordKey } from './record.ts';

/** One change: the new sealed record, or `undefined` to take it away. */
export type Change = readonly [key: RecordKey, sealed: Buffer | undefined];

export interface Store {
  /** Every record, in the order of keys. */
  records(): Iterable<readonly [key: RecordKey, sealed: Buffer]>;
  get(key: RecordKey): Buffer | undefined;
  /** Writes all of it in one transaction; resolves when it is synced to the disk, not sooner. */
  write(changes: readonly Change[]): Promise<void>;
  /** Bytes that the file takes. */
  fileBytes(): number;
  close(): Promise<void>;
}

/** Opens or makes the file. */
export function openStore(path: string): Store {
  const db = open<Buffer, RecordKey[number][]>({ path, encoding: 'binary', noSubdir: true });
  const writable = (key: RecordKey): RecordKey[number][] => key as unknown as RecordKey[number][];
  return {
    *records() {
      for (const { key, value } of db.getRange({})) yield [key as unknown as RecordKey, value];
    },
    get: (key) => db.get(writable(key)),
    async write(changes) {
      await db.batch(() => {
        for (const [key, sealed] of changes) {
          if (sealed === undefined) void db.remove(writable(key));
          else void db.put(writable(key), sealed);
        }
      });
      // A commit is seen by readers at once; only what is flushed outlives a power cut.
      await db.flushed;
    },
    fileBytes: () => statSync(path).size,
    close: () => db.close(),
  };
}
