/** What a Redis process says of itself, and whether a buffer may rest on it. */

/** Facts of one process, from `INFO` and, where it may be asked, `CONFIG GET`. */
export interface ServerFacts {
  /**
   * Changes with every start of a process, and whenever a replica becomes a primary: who sees another one may find
   * less than was there before.
   */
  readonly runId: string;
  readonly version: string;
  readonly role: string;
  readonly maxmemoryPolicy: string;
  readonly keepsLog: boolean;
  /** `always`, `everysec`, `no`, or unknown where `CONFIG GET` is not allowed. */
  readonly syncs: string | undefined;
  readonly lastWriteFailed: boolean;
}

/** Reads the text of `INFO`. */
function parseInfo(text: string): ReadonlyMap<string, string> {
  const facts = new Map<string, string>();
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) facts.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return facts;
}

export function readFacts(info: string, syncs: string | undefined): ServerFacts {
  const found = parseInfo(info);
  return {
    runId: runIdOf(found),
    version: found.get('redis_version') ?? '0',
    role: found.get('role') ?? '',
    maxmemoryPolicy: found.get('maxmemory_policy') ?? '',
    keepsLog: found.get('aof_enabled') === '1',
    syncs,
    lastWriteFailed: found.get('aof_last_write_status') === 'err',
  };
}

/** A primary that was a replica before remembers whose history it had until then, and how far. */
function runIdOf(found: ReadonlyMap<string, string>): string {
  const run = found.get('run_id') ?? '';
  const earlier = found.get('master_replid2') ?? '';
  return /[^0]/.test(earlier) ? `${run} ${earlier} ${found.get('second_repl_offset')}` : run;
}

/** Why a buffer must not rest on this process, with how to mend it; `undefined` where it may. */
export function unfitness(facts: ServerFacts): string | undefined {
  const major = Number.parseInt(facts.version, 10);
  if (!(major >= 7)) return `it is version ${facts.version}: Pollux needs Redis 7.0 or later, or Valkey`;
  if (facts.role !== 'master') return `it is a replica (role ${facts.role}): name its primary instead`;
  if (facts.maxmemoryPolicy !== 'noeviction') {
    return (
      `its maxmemory-policy is ${facts.maxmemoryPolicy}, by which it would throw away messages that were accepted. ` +
      'Set "maxmemory-policy noeviction" in its configuration'
    );
  }
  return undefined;
}

/** What operators should know of how it keeps what it holds; `undefined` where everything is as it should be. */
export function weakness(facts: ServerFacts): string | undefined {
  if (facts.lastWriteFailed) return 'Redis cannot write its append-only file.';
  if (!facts.keepsLog) return 'Redis keeps no append-only file: what it holds ends with its process. Set "appendonly yes".';
  if (facts.syncs === 'no')
    return 'Redis leaves it to the system when its append-only file is synced. Set "appendfsync everysec".';
  return undefined;
}
