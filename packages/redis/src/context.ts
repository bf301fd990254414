/** What the operations on the store share. */
import type { Clock } from '@pollux/core';
import { type BufferWatcher, messageId, type Removal } from '@pollux/core/server';
import { type Bucket, type Keys, parseAddress } from './keys.ts';
import { parseRemovalReason, reasonLetter, removalReasons } from './reasons.ts';
import type { Replication } from './replicating.ts';
import type { Scripts } from './scripts/index.ts';
import type { Store } from './store.ts';
import type { WakeUps } from './wake-ups.ts';

export interface BufferContext {
  readonly store: Store;
  readonly scripts: Scripts;
  readonly keys: Keys;
  readonly watchers: Set<BufferWatcher>;
  /** This node's name, by which others wake it. */
  readonly node: string;
  newEpoch(): string;
  /** Milliseconds since 1970 for the scripts; 0 for the clock of Redis. */
  scriptTime(): number;
  /** Whether acknowledgements free what all are known to have handled. */
  mayFree(): boolean;
  readonly clock: Clock;
  readonly wakeUps: WakeUps;
  /** Waits for the replicas that must have a message before it is accepted. */
  readonly replication: Replication;
  /** Bytes of each bucket as last heard: what the bound of the whole is checked by. */
  readonly bytes: number[];
}

/** Calls a script and tells what left by it; gives the rest of its answer. */
export async function callScript(
  context: BufferContext,
  name: keyof Scripts,
  bucket: Bucket,
  args: readonly string[],
): Promise<unknown> {
  const answer = await callWhole(context, name, bucket, args);
  return answer[1];
}

/** The same with the whole answer, for a script that gives more. */
export async function callWhole(
  context: BufferContext,
  name: keyof Scripts,
  bucket: Bucket,
  args: readonly string[],
): Promise<readonly unknown[]> {
  const all = [wantedBy(context.watchers), String(context.scriptTime()), ...args];
  const answer = await context.store.call(context.scripts[name], bucket, all);
  tellRemoved(context, answer[0] as RemovedEntry[]);
  return answer;
}

type RemovedEntry = readonly [reason: string, name: string, application: string, epoch: string, positions: readonly number[]];

/** Letters of the reasons for which somebody wants to know what left. */
function wantedBy(watchers: ReadonlySet<BufferWatcher>): string {
  let letters = '';
  for (const reason of removalReasons) {
    for (const watcher of watchers) {
      if (watcher.removed === undefined || watcher.wants?.(reason) === false) continue;
      letters += reasonLetter(reason);
      break;
    }
  }
  return letters;
}

function tellRemoved({ watchers }: BufferContext, removed: readonly RemovedEntry[]): void {
  for (const [letter, name, application, epoch, positions] of removed) {
    const reason = parseRemovalReason(letter);
    const ids = positions.map((position) => messageId(epoch, position));
    const removal: Removal = { address: parseAddress(name), application, reason, ids };
    for (const watcher of watchers) {
      if (watcher.removed !== undefined && watcher.wants?.(reason) !== false) watcher.removed(removal);
    }
  }
}

/** Bytes in all other buckets, as far as this node knows. */
export function bytesBeside({ bytes }: BufferContext, { index }: Bucket): number {
  let sum = 0;
  for (const [other, count] of bytes.entries()) if (other !== index) sum += count ?? 0;
  return sum;
}
