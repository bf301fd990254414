/** The wire contract of a communication server whose message buffer another process may have. */
import { describeWire } from '@pollux/core/testing';
import { joinBuffer, shareBuffer } from '@pollux/node/sharing';
import { describe, expect, it } from 'vitest';
import { openLmdbBuffer } from '../src/index.ts';
import { wirePeers } from './support/wire-peer.ts';

const open = wirePeers(async (path, options) => {
  const owned = await openLmdbBuffer({ path, ...options });
  const shared = await shareBuffer(owned, { path: `${path}.sock` });
  const buffer = await joinBuffer({ path: `${path}.sock` });
  return {
    buffer,
    async close() {
      await buffer.close();
      await shared.close();
      await owned.close();
    },
  };
});

describeWire('node:http over lmdb, shared between processes', { describe, expect, it }, { open });
