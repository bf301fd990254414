/** Message buffers other than that in memory: each server of the wire contract gets an empty one, all from one store. */
import type { Clock } from '@pollux/core';
import type { MessageBuffer } from '@pollux/core/server';
import type { WirePeerOptions } from '@pollux/core/testing';

/** Opens an empty buffer. */
export type OpenBuffer = (options: {
  readonly limits: WirePeerOptions['limits'];
  readonly clock: Clock;
}) => Promise<MessageBuffer>;

/** A store, as it is told to another process: the address of a Redis, or a folder for files of LMDB. */
export interface Place {
  readonly kind: 'redis' | 'lmdb';
  readonly at: string;
}

/** The way to a store's buffers. Their package is loaded only here, where it is asked for. */
async function buffersAt({ kind, at }: Place): Promise<OpenBuffer> {
  if (kind === 'redis') return (await import('./redis-buffers.ts')).redisBuffers(at);
  return (await import('./lmdb-buffers.ts')).lmdbBuffers(at);
}

/** For a program that is told a store by `--redis=…` or `--lmdb=…`; one that is told none keeps its buffers in memory. */
export async function buffersNamed(args: readonly string[]): Promise<{ readonly openBuffer?: OpenBuffer }> {
  for (const argument of args) {
    const [, kind, at] = /^--(redis|lmdb)=(.+)$/.exec(argument) ?? [];
    if (at !== undefined) return { openBuffer: await buffersAt({ kind: kind as Place['kind'], at }) };
  }
  return {};
}
