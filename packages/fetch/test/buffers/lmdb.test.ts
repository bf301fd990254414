/** The core of the wire contract over LMDB, on everything that this adapter runs on. Node's own HTTP: packages/lmdb/test. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@pollux/core/server';
import { describeWire } from '@pollux/core/testing';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { inProcess, onNode, openFetchPeer } from '../fetch-peer.ts';
import { describeRuntime } from '../runtimes/describe-runtime.ts';
import { startBun, startDeno } from '../runtimes/programs.ts';
import { openRemotePeer } from '../runtimes/remote-peer.ts';
import { startWorkerd } from '../runtimes/workerd.ts';
import { cases, leastBuffers } from './cases.ts';
import { lmdbBuffers } from './lmdb-buffers.ts';
import type { Place } from './open-buffer.ts';

// Nothing in a case waits, but the machine may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const directory = mkdtempSync(join(tmpdir(), 'pollux-lmdb-runtimes-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Describes cases over a folder of their own, and that they used it: a server that kept to its memory would pass them. */
function over(name: string, describeCases: (place: Place) => void): void {
  const folder = join(directory, name);
  mkdirSync(folder);
  describe(name, () => {
    describeCases({ kind: 'lmdb', at: folder });

    it('has stood in files', () => {
      const files = readdirSync(folder).filter((file) => file.endsWith('.mdb'));
      expect(files.length).toBeGreaterThanOrEqual(leastBuffers);
    });
  });
}

for (const [name, bind] of [
  ['fetch in process', inProcess],
  ['fetch on Node', onNode],
] as const) {
  over(name, ({ at }) => {
    const openBuffer = lmdbBuffers(at);
    const runner = { describe, expect, it };
    describeWire(`${name} over lmdb`, runner, { open: (options) => openFetchPeer(options, bind, openBuffer), cases });
  });
}

over('Deno', (place) => describeRuntime('Deno over lmdb', () => startDeno({ place }), { cases }));

over('Bun', (place) => describeRuntime('Bun over lmdb', () => startBun({ place }), { cases }));

describe.each([
  ['Deno', startDeno],
  ['Bun', startBun],
])('%s', (name, start) => {
  it('is told who has a file, also where it may not ask whether that process still runs', async () => {
    const folder = join(directory, `had by another than ${name}`);
    mkdirSync(folder);
    const ours = await lmdbBuffers(folder)({ limits: {}, clock: systemClock });
    const program = await start({ place: { kind: 'lmdb', at: folder } });
    try {
      const opening = openRemotePeer(program.port, { applications: {}, limits: {}, origins: [] });
      await expect(opening).rejects.toThrow(`is in use by process ${process.pid}`);
    } finally {
      await program.stop();
      await ours.close();
    }
  });
});

describe('workerd', () => {
  it('has no LMDB: it loads no native module', async () => {
    const program = await startWorkerd('isolate-with-node.capnp', {
      module: new URL('../runtimes/native-worker.ts', import.meta.url),
      allowsNode: true,
    });
    try {
      const response = await fetch(`http://127.0.0.1:${program.port}/`);
      expect(await response.text()).toContain('ERR_METHOD_NOT_IMPLEMENTED');
    } finally {
      await program.stop();
    }
  });
});
