/** A configuration without a fault, to spoil in one place. */
import { createHash } from 'node:crypto';

export const secret = 'fK3v0Zq8yP1uT6wB2xN9aR4cJ7mE5sLd';
/** A publisher key and its fingerprint. */
export const key = 'plx_test-key-that-nobody-else-uses-0123456789abc';
export const fingerprint: string = `sha256:${createHash('sha256').update(key).digest('hex')}`;
export const passwordHash: string = `scrypt:16384:8:1:${'c2FsdHNh'.repeat(3)}:${'aGFzaGhh'.repeat(6)}`;

type Json = Record<string, unknown>;

/** A fresh copy, with one path set to a value (or taken away by `undefined`). */
export function goodConfiguration(path?: string, value?: unknown): Json {
  const made: Json = {
    listen: { host: '127.0.0.1', port: 0 },
    basePath: '/pollux',
    origins: ['http://127.0.0.1:4110'],
    applications: {
      orders: { title: 'Orders', publisherKeys: [fingerprint], fetchTargets: ['http://127.0.0.1:4112', '/api/orders'] },
      news: {},
    },
    identity: { tokens: { secret } },
    admin: { port: 0, credentials: [{ name: 'admin', password: passwordHash, role: 'admin' }] },
    buffer: { kind: 'memory' },
    log: { level: 'info' },
  };
  if (path !== undefined) setAt(made, path.split('.'), value);
  return made;
}

function setAt(root: Json, steps: readonly string[], value: unknown): void {
  let here = root;
  for (const step of steps.slice(0, -1)) {
    here[step] ??= {};
    here = here[step] as Json;
  }
  const last = steps.at(-1) ?? '';
  if (value === undefined) delete here[last];
  else here[last] = value;
}
