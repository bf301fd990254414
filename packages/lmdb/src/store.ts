/** The file: what is asked of LMDB, and nothing else. Tests put another one in its place that fails on demand. */
import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
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
  /** Bytes that the file takes; none where it was taken away. */
  fileBytes(): number;
  close(): Promise<void>;
}

/** Bytes of the disk that are left to others, so that LMDB never meets its end: what it does then may end the process. */
const reserveBytes = 32 * 2 ** 20;

function freeBytesBeside(path: string): number {
  const { bavail, bsize } = statfsSync(dirname(path));
  return bavail * bsize;
}

const ignore = (): void => {};

/** Why a commit failed: LMDB says so in a promise beside the error. */
async function causeOf(error: unknown): Promise<unknown> {
  const { commitError } = error as { readonly commitError?: Promise<unknown> };
  return commitError?.then(
    () => error,
    (cause: unknown) => cause,
  );
}

/** Marks a key that is no text, as only a damaged one is; none that was written begins so. */
const noText = '\0';

function textOf(key: Buffer): RecordKey {
  const text = key.toString();
  return Buffer.from(text).equals(key) ? text : noText + key.toString('latin1');
}

function bytesOf(key: RecordKey): Buffer {
  return key.startsWith(noText) ? Buffer.from(key.slice(noText.length), 'latin1') : Buffer.from(key);
}

/** Opens or makes the file. `freeBytes` tells how much room the disk has. */
export function openStore(path: string, freeBytes: () => number = () => freeBytesBeside(path)): Store {
  const db = open<Buffer, Buffer>({
    path,
    encoding: 'binary',
    keyEncoding: 'binary',
    noSubdir: true,
    // Batches of its own making would fail unheard.
    eventTurnBatching: false,
    // It would write a root before what it stands on: after a power cut the newest one may lead nowhere.
    overlappingSync: false,
  });
  const { ino } = statSync(path);
  let failure: Error | undefined;

  function fileBytes(): number {
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.ino === ino ? found.size : 0;
  }

  function checkFile(): void {
    // After a commit that failed LMDB's memory is not to be trusted; what is on the disk is.
    if (failure !== undefined) throw failure;
    // What is written would be found by nobody once this process ends.
    if (fileBytes() === 0) throw new Error(`the file ${path} was taken away, or another one put in its place`);
    const free = freeBytes();
    if (free >= reserveBytes) return;
    throw new Error(`no space left on the disk: ${free} bytes are free, ${reserveBytes} are kept for others (ENOSPC)`);
  }

  async function commit(changes: readonly Change[]): Promise<void> {
    const all = db.batch(() => {
      for (const [key, sealed] of changes) {
        const one = sealed === undefined ? db.remove(bytesOf(key)) : db.put(bytesOf(key), sealed);
        // Each tells of a failed commit by itself.
        one.catch(ignore);
      }
    });
    await all;
    // A commit is seen by readers at once; only what is flushed outlives a power cut.
    await db.flushed;
  }

  return {
    *records() {
      for (const { key, value } of db.getRange({})) yield [textOf(key), value];
    },
    get: (key) => db.get(Buffer.from(key)),
    async write(changes) {
      checkFile();
      try {
        await commit(changes);
      } catch (error) {
        const cause = await causeOf(error);
        const why = cause instanceof Error ? cause.message : String(cause);
        failure = new Error(`${why}; nothing more is written until the process is started again`, { cause });
        throw failure;
      }
    },
    fileBytes,
    close: () => db.close(),
  };
}
