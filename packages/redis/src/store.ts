/** Where the buffer stands: one process, or the processes of a cluster. */
import type { Bucket } from './keys.ts';
import type { Script } from './scripts/index.ts';
import type { ServerFacts } from './server-facts.ts';

export interface Store {
  /** What the processes say of themselves, those that are connected. */
  readonly facts: readonly ServerFacts[];
  /** Why something cannot be reached; `undefined` where all can. */
  readonly failure: string | undefined;
  /** What answers for a bucket, to be compared: buckets that have the same can be asked by one call. */
  ownerOf(bucket: Bucket): unknown;
  /** Calls a script for a bucket; `args` follow the echo. Gives its answer without the echo. */
  call(script: Script, bucket: Bucket, args: readonly string[]): Promise<readonly unknown[]>;
  /** Sends another command, about a key of a bucket. */
  send(bucket: Bucket, args: readonly string[]): Promise<unknown>;
  close(): Promise<void>;
}

/** What a store tells. */
export interface StoreEvents {
  /** Something came by one of this node's channels. */
  woken(text: string, channel: string): void;
  failed(reason: string): void;
  /** Connections stand again; `isOld` where something was there before. */
  connected(isOld: boolean): void;
}
