import { type ConnectionOptions, openConnection } from './connection.ts';
import { MovedError, unavailable } from './errors.ts';
import type { Keys } from './keys.ts';
import type { Store } from './store.ts';

/** A store in one process. */
export async function openSingleStore(options: Omit<ConnectionOptions, 'totals'>, keys: Keys, node: string): Promise<Store> {
  const connection = await openConnection({ ...options, totals: () => keys.buckets.map(({ totals }) => totals) });
  connection.listen([keys.channelOf(node).channel, keys.nodes.channel]);

  /** A process alone has nowhere to move a key to: it was made part of a cluster meanwhile. */
  function moved(error: unknown): unknown {
    return error instanceof MovedError ? unavailable(`Redis did not do it: ${error.message}`, error) : error;
  }

  return {
    get facts() {
      return connection.facts === undefined ? [] : [connection.facts];
    },
    get failure() {
      return connection.failure;
    },
    ownerOf: () => connection,
    call: (script, bucket, args) =>
      connection.call(script, bucket.totals, args).catch((error: unknown) => {
        throw moved(error);
      }),
    send: (_, args) =>
      connection.send(args).catch((error: unknown) => {
        throw moved(error);
      }),
    close: () => connection.close(),
  };
}
