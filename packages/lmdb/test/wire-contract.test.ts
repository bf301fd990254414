import { describeWire } from '@pollux/core/testing';
import { describe, expect, it } from 'vitest';
import { openLmdbBuffer } from '../src/index.ts';
import { wirePeers } from './support/wire-peer.ts';

const open = wirePeers(async (path, options) => {
  const buffer = await openLmdbBuffer({ path, ...options });
  return { buffer, close: () => buffer.close() };
});

describeWire('node:http over lmdb', { describe, expect, it }, { open });
