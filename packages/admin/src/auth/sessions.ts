/** Who is signed in: random tokens in a cookie, of which the server keeps only digests. */
import { createHash, randomBytes } from 'node:crypto';
import type { Role } from '../contract/roles.ts';

export interface SignedIn {
  readonly name: string;
  readonly role: Role;
  readonly expiresMs: number;
  /** Whether it still stands: neither signed out nor expired. */
  valid(): boolean;
}

export interface SessionStore {
  /** Opens a session and returns the token for the cookie. */
  open(name: string, role: Role): { readonly token: string; readonly session: SignedIn };
  find(token: string): SignedIn | undefined;
  close(token: string): void;
}

/** A working day: after it one signs in anew. */
const lifetimeMs = 12 * 3_600_000;
const idleMs = 2 * 3_600_000;
const perName = 20;

interface Entry extends SignedIn {
  usedMs: number;
  closed: boolean;
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** Sessions in memory, at most 20 of one name: an older one makes room. */
export function createSessionStore(now: () => number): SessionStore {
  const entries = new Map<string, Entry>();

  function alive(entry: Entry): boolean {
    return !entry.closed && now() < entry.expiresMs && now() < entry.usedMs + idleMs;
  }

  function makeRoom(name: string): void {
    for (const [key, entry] of entries) if (!alive(entry)) entries.delete(key);
    const own = [...entries].filter(([, entry]) => entry.name === name);
    for (const [key, entry] of own.slice(0, Math.max(0, own.length - perName + 1))) {
      entry.closed = true;
      entries.delete(key);
    }
  }

  return {
    open(name, role) {
      makeRoom(name);
      const token = randomBytes(32).toString('base64url');
      const entry: Entry = { name, role, expiresMs: now() + lifetimeMs, usedMs: now(), closed: false, valid: () => alive(entry) };
      entries.set(digest(token), entry);
      return { token, session: entry };
    },
    find(token) {
      const entry = entries.get(digest(token));
      if (!entry || !alive(entry)) return undefined;
      entry.usedMs = now();
      return entry;
    },
    close(token) {
      const key = digest(token);
      const entry = entries.get(key);
      if (entry) entry.closed = true;
      entries.delete(key);
    },
  };
}
