/** Wakes other nodes: what was appended meanwhile is told to each in one message. */
import type { Clock, Timer } from '@pollux/core';
import type { Keys } from './keys.ts';
import type { Store } from './store.ts';

export interface WakeUps {
  /** Tells nodes of a queue, named `application:address`. */
  tell(nodes: readonly string[], queue: string): void;
  close(): void;
}

export function createWakeUps(store: Store, keys: Keys, clock: Clock): WakeUps {
  const untold = new Map<string, Set<string>>();
  let timer: Timer | undefined;

  function flush(): void {
    timer = undefined;
    for (const [node, queues] of untold) {
      // One that is lost costs no message: each held poll looks again by itself.
      const { channel, bucket } = keys.channelOf(node);
      void store.send(bucket, ['SPUBLISH', channel, JSON.stringify([...queues])]).catch(() => undefined);
    }
    untold.clear();
  }

  return {
    tell(nodes, queue) {
      for (const node of nodes) {
        const known = untold.get(node);
        if (known === undefined) untold.set(node, new Set([queue]));
        else known.add(queue);
      }
      timer ??= clock.setTimeout(flush, 0);
    },
    close() {
      timer?.clear();
    },
  };
}
