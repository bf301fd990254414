/** A communication server over a file, as the wire contract polls it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@pollux/core';
import { createCommunicationServer, type MessageBuffer } from '@pollux/core/server';
import { createManualClock, createTestCredentials, type WirePeer, type WirePeerOptions } from '@pollux/core/testing';
import { listen } from '@pollux/node';
import { afterAll } from 'vitest';

export interface OpenBuffer {
  readonly buffer: MessageBuffer;
  close(): Promise<void>;
}

type Open = (path: string, options: { readonly limits: WirePeerOptions['limits']; readonly clock: Clock }) => Promise<OpenBuffer>;

/** Opens peers, each over a file of its own, with whatever way to the buffer. */
export function wirePeers(open: Open): (options: WirePeerOptions) => Promise<WirePeer> {
  const directory = mkdtempSync(join(tmpdir(), 'pollux-lmdb-wire-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  let files = 0;
  return async ({ applications, limits, origins }) => {
    const clock = createManualClock(Date.now());
    const opened = await open(join(directory, `${files++}.mdb`), { limits, clock });
    const server = createCommunicationServer({ applications, limits, clock, buffer: opened.buffer });
    const { authorization, publisher, authenticate, authorizePublisher } = createTestCredentials(clock.now);
    const listening = await listen({ server, clock, origins, authenticate, authorizePublisher });
    const close = async (): Promise<void> => {
      const closed = listening.close({ drainSeconds: 1 });
      await clock.advance(5000);
      await closed;
      await opened.close();
    };
    return {
      baseUrl: listening.url,
      authorization,
      publisher,
      close,
      clockAdvance: (ms) => clock.advance(ms),
      [Symbol.asyncDispose]: close,
    };
  };
}
