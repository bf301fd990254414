/** G4: what a system call tracer sees. No message is called accepted before the file that it went to was synced. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { type Call, traced } from './support/trace.ts';

vi.setConfig({ testTimeout: 300_000 });

const directory = mkdtempSync(join(tmpdir(), 'pollux-lmdb-synced-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Seen {
  readonly accepted: number;
  /** Accepted without a writing before it, or before its sync. */
  readonly early: number;
  /** The folder, in which the file is new, was synced before anything was accepted. */
  readonly isNamed: boolean;
}

/** What a descriptor is: one of the file by itself, one on which every writing is synced, or one of the file's folder. */
type Role = 'file' | 'syncing' | 'folder';

function roleOf(rest: string, path: string): Role | undefined {
  const [, opened, flags = ''] = /"([^"]+)", ([A-Z_|]+)/.exec(rest) ?? [];
  if (opened === dirname(path)) return 'folder';
  if (opened !== path) return undefined;
  return flags.includes('O_DSYNC') ? 'syncing' : 'file';
}

const isWriting = (name: string): boolean => /^p?writev?(64)?$/.test(name);
const isAccepting = ({ name, rest }: Call): boolean => name === 'write' && /^1, "ok \d+/.test(rest);

function judge(calls: readonly Call[], path: string): Seen {
  const roles = new Map<number, Role | undefined>();
  const seen = { accepted: 0, early: 0, isNamed: true };
  let [written, unsynced, isNamed] = [false, false, false];
  for (const call of calls) {
    const { name, rest, result } = call;
    if (name === 'openat') roles.set(result, roleOf(rest, path));
    if (isAccepting(call)) {
      seen.accepted += 1;
      if (!written || unsynced) seen.early += 1;
      seen.isNamed &&= isNamed;
      written = false;
    }
    const role = roles.get(Number.parseInt(rest, 10));
    if (role === undefined) continue;
    if (isWriting(name)) {
      written = true;
      unsynced ||= role === 'file';
    } else if (name.includes('sync') && result === 0) {
      if (role === 'folder') isNamed = true;
      else unsynced = false;
    }
  }
  return seen;
}

async function trace(name: string, most: number, ...more: readonly string[]): Promise<Seen> {
  const path = join(directory, name, 'traced.mdb');
  mkdirSync(dirname(path));
  const calls = await traced(join(directory, `${name}.trace`), [path, String(most), ...more], { POLLUX_IN_FLIGHT: '1' });
  return judge(calls, path);
}

it('1,000 publishes, none accepted before its sync', async () => {
  expect(await trace('real', 1000)).toEqual({ accepted: 1000, early: 0, isNamed: true });
});

it('a buffer that answers first is caught', async () => {
  const { accepted, early } = await trace('lying', 50, 'never-but-lie');
  expect(accepted).toBe(50);
  expect(early).toBeGreaterThan(10);
});
