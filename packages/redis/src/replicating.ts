/**
 * Waiting for replicas. `WAIT` holds up everything that follows on its connection, so there is one at a time for each
 * process: who comes meanwhile shares the next one.
 */
import { notReplicated } from './errors.ts';
import type { Bucket } from './keys.ts';
import type { Store } from './store.ts';

/** Milliseconds for which a publish waits for replicas. */
const replicationMs = 1000;

export interface Replication {
  /** Resolves when so many replicas as are asked for have what was written to a bucket before. */
  reached(bucket: Bucket): Promise<void>;
}

/** What waits at one process. */
interface Rounds {
  /** The last one that was begun, or will be as soon as the one before it is over. */
  last: Promise<number>;
  isBegun: boolean;
}

export function createReplication(store: Store, replicas: number): Replication {
  const byOwner = new Map<unknown, Rounds>();

  function ask(bucket: Bucket): Promise<number> {
    return store.send(bucket, ['WAIT', String(replicas), String(replicationMs)]).then(Number);
  }

  /** The round that asks after everything written so far. */
  function round(bucket: Bucket): Promise<number> {
    const owner = store.ownerOf(bucket);
    const known = byOwner.get(owner);
    if (known?.isBegun === false) return known.last;
    const next: Rounds = { last: Promise.resolve(0), isBegun: known === undefined };
    // Where a round fails its connection is lost, and with it what the next one would have asked after.
    next.last = known === undefined ? ask(bucket) : known.last.then(() => begin(next, bucket));
    byOwner.set(owner, next);
    const isOver = (): void => {
      if (byOwner.get(owner) === next) byOwner.delete(owner);
    };
    next.last.then(isOver, isOver);
    return next.last;
  }

  function begin(next: Rounds, bucket: Bucket): Promise<number> {
    next.isBegun = true;
    return ask(bucket);
  }

  return {
    async reached(bucket) {
      if (replicas > 0 && (await round(bucket)) < replicas) throw notReplicated();
    },
  };
}
