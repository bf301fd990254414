/** The wire contract of a communication server whose message buffer another process may have. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCommunicationServer } from '@pollux/core/server';
import {
  createManualClock,
  createTestCredentials,
  describeWire,
  type WirePeer,
  type WirePeerOptions,
} from '@pollux/core/testing';
import { listen } from '@pollux/node';
import { joinBuffer, shareBuffer } from '@pollux/node/sharing';
import { afterAll, describe, expect, it } from 'vitest';
import { openLmdbBuffer } from '../src/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'pollux-lmdb-shared-wire-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let files = 0;

async function openPeer({ applications, limits, origins }: WirePeerOptions): Promise<WirePeer> {
  const clock = createManualClock(Date.now());
  const path = join(directory, `${files++}.mdb`);
  const owned = await openLmdbBuffer({ path, limits, clock });
  const shared = await shareBuffer(owned, { path: `${path}.sock` });
  const buffer = await joinBuffer({ path: `${path}.sock` });
  const server = createCommunicationServer({ applications, limits, clock, buffer });
  const { authorization, publisher, authenticate, authorizePublisher } = createTestCredentials(clock.now);
  const listening = await listen({ server, clock, origins, authenticate, authorizePublisher });
  const close = async (): Promise<void> => {
    const closed = listening.close({ drainSeconds: 1 });
    await clock.advance(5000);
    await closed;
    await buffer.close();
    await shared.close();
    await owned.close();
  };
  return {
    baseUrl: listening.url,
    authorization,
    publisher,
    close,
    clockAdvance: (ms) => clock.advance(ms),
    [Symbol.asyncDispose]: close,
  };
}

describeWire('node:http over lmdb, shared between processes', { describe, expect, it }, { open: openPeer });
