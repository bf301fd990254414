/** The core of the wire contract in Express over the buffers that are no memory. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWire } from '@pollux/core/testing';
import { openLmdbBuffer } from '@pollux/lmdb';
import { openRedisBuffer } from '@pollux/redis';
import { startRedis } from '@pollux/redis/testing';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { type OpenBuffer, openExpressPeer } from './express-peer.ts';
import { versions } from './host.ts';

// Nothing in a case waits, but the machine may be busy.
vi.setConfig({ testTimeout: 30_000 });

const redis = await startRedis();
const folder = mkdtempSync(join(tmpdir(), 'pollux-lmdb-express-'));
afterAll(async () => {
  await redis[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

let opened = 0;
const buffers: readonly (readonly [name: string, open: OpenBuffer])[] = [
  ['redis', (options) => openRedisBuffer({ ...options, url: redis.url, prefix: `w${opened++}:` })],
  ['lmdb', (options) => openLmdbBuffer({ ...options, path: join(folder, `${opened++}.mdb`) })],
];

/** `POLLUX_WIRE_CASES=all` runs the whole wire contract. */
const cases = process.env['POLLUX_WIRE_CASES'] === 'all' ? 'all' : 'core';

for (const [buffer, openBuffer] of buffers) {
  for (const [name, express] of versions) {
    describeWire(
      `${name} over ${buffer}`,
      { describe, expect, it },
      { open: (options) => openExpressPeer(options, (handler) => express().use('/api/pollux', handler), openBuffer), cases },
    );
  }
}

/** A server that kept to its memory would have passed all of these. */
it('has stood in Redis and in files', async () => {
  const least = versions.length * 40;
  expect(Number(await redis.ask(['DBSIZE']))).toBeGreaterThanOrEqual(least);
  expect(readdirSync(folder).filter((file) => file.endsWith('.mdb')).length).toBeGreaterThanOrEqual(least);
});
