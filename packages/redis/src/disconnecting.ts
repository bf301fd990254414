/** Tells other nodes whom this one disconnects, and hears whom they do: at once by a channel, and in any case every second. */
import type { Timer } from '@pollux/core';
import type { BufferContext } from './context.ts';
import { encodeText } from './element.ts';

export interface Disconnecting {
  /** By which it is told that others said something. */
  readonly channel: string;
  announce(recipient: string): Promise<void>;
  /** Others may have said something. */
  hear(): void;
  close(): void;
}

/** Milliseconds between two looks at what others said, for words that a channel lost. */
const lookMs = 1000;

/** Begins to listen; what was said before is not heard. */
export async function createDisconnecting(context: BufferContext): Promise<Disconnecting> {
  const { store, scripts, keys, node, clock, watchers } = context;
  const { channel, bucket } = keys.nodes;
  let heardUpTo = '';
  let isHearing = false;
  let isToHear = false;
  let timer: Timer | undefined;
  let isClosed = false;

  async function hearNow(): Promise<void> {
    const [place, names] = await store.call(scripts.hear, bucket, [node, heardUpTo]);
    heardUpTo = String(place);
    for (const name of names as unknown[])
      for (const watcher of watchers) watcher.disconnected?.(decodeURIComponent(String(name)));
  }

  async function hearAll(): Promise<void> {
    if (isHearing) return;
    isHearing = true;
    while (isToHear && !isClosed) {
      isToHear = false;
      // What could not be asked for is asked for at the next look.
      await hearNow().catch(() => undefined);
    }
    isHearing = false;
  }

  function hear(): void {
    isToHear = true;
    void hearAll();
  }

  function look(): void {
    hear();
    timer = clock.setTimeout(look, lookMs);
  }

  await hearNow();
  timer = clock.setTimeout(look, lookMs);
  return {
    channel,
    async announce(recipient) {
      await store.call(scripts.disconnect, bucket, [node, encodeText(recipient)]);
      void store.send(bucket, ['SPUBLISH', channel, '']).catch(() => undefined);
    },
    hear,
    close() {
      isClosed = true;
      timer?.clear();
    },
  };
}
