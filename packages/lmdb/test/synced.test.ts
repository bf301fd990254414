/** G4: what a system call tracer sees. No message is called accepted before the file that it went to was synced. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { bundledWriter } from './support/run-writer.ts';

vi.setConfig({ testTimeout: 300_000 });

const directory = mkdtempSync(join(tmpdir(), 'pollux-lmdb-synced-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const calls = 'openat,fdatasync,fsync,write,pwrite64,pwritev,writev';

interface Seen {
  readonly accepted: number;
  /** Accepted without a writing before it, or before its sync. */
  readonly early: number;
}

/** Calls in the order in which they ended: one that was interrupted counts where it resumed. */
function* callsOf(trace: string): Generator<string> {
  const begun = new Map<string, string>();
  for (const line of trace.split('\n')) {
    const [, thread = '', call = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (call.endsWith('<unfinished ...>')) begun.set(thread, call.replace(/ *<unfinished \.\.\.>$/, ''));
    else if (call.startsWith('<... ')) yield (begun.get(thread) ?? '') + call.replace(/^<\.\.\. \w+ resumed>/, '');
    else yield call;
  }
}

function judge(trace: string, path: string): Seen {
  // A descriptor of the file by itself, and one on which every writing is synced.
  const files = new Set<string>();
  const syncing = new Set<string>();
  let [written, unsynced, accepted, early] = [false, false, 0, 0];
  for (const call of callsOf(trace)) {
    const opened = /^openat\([^"]*"([^"]+)", ([A-Z_|]+).* = (\d+)$/.exec(call);
    if (opened?.[1] === path) (opened[2]?.includes('O_DSYNC') ? syncing : files).add(opened[3] ?? '');
    const target = /^p?writev?(?:64)?\((\d+),/.exec(call)?.[1] ?? '';
    written ||= files.has(target) || syncing.has(target);
    unsynced ||= files.has(target);
    if (files.has(/^f(?:data)?sync\((\d+)\) *= 0$/.exec(call)?.[1] ?? '')) unsynced = false;
    if (!/^write\(1, "ok \d+/.test(call)) continue;
    accepted += 1;
    if (!written || unsynced) early += 1;
    written = false;
  }
  return { accepted, early };
}

async function trace(name: string, most: number, ...more: readonly string[]): Promise<Seen> {
  const path = join(directory, `${name}.mdb`);
  const to = join(directory, `${name}.trace`);
  const command = [process.execPath, await bundledWriter(), path, String(most), ...more];
  const env = { ...process.env, POLLUX_IN_FLIGHT: '1' };
  const { status, stderr } = spawnSync('strace', ['-f', '-e', `trace=${calls}`, '-o', to, ...command], { env, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return judge(readFileSync(to, 'utf8'), path);
}

it('1,000 publishes, none accepted before its sync', async () => {
  expect(await trace('real', 1000)).toEqual({ accepted: 1000, early: 0 });
});

it('a buffer that answers first is caught', async () => {
  const { accepted, early } = await trace('lying', 50, 'never-but-lie');
  expect(accepted).toBe(50);
  expect(early).toBeGreaterThan(10);
});
