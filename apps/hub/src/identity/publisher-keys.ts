/** Keys that publishers show. The hub knows their fingerprints only, so its configuration lets nobody publish. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ApplicationConfiguration } from '../configuration/configuration.ts';

/** A fresh key with 256 random bits, and its fingerprint for `publisherKeys`. */
export function mintPublisherKey(): { readonly key: string; readonly fingerprint: string } {
  const key = `plx_${randomBytes(32).toString('base64url')}`;
  return { key, fingerprint: `sha256:${digestOf(key).toString('hex')}` };
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key, 'utf8').digest();
}

/** Finds the applications that a key may publish for; `undefined` where it is nobody's. */
export function createPublisherKeys(
  applications: Readonly<Record<string, ApplicationConfiguration>>,
): (key: string) => { readonly applications: readonly string[] } | undefined {
  const known = Object.entries(applications).flatMap(([application, { publisherKeys }]) =>
    publisherKeys.map((fingerprint) => ({ application, digest: Buffer.from(fingerprint.slice('sha256:'.length), 'hex') })),
  );
  return (key) => {
    const shown = digestOf(key);
    // Every digest is compared, in constant time each, so that the time tells nothing.
    const found = known.filter(({ digest }) => timingSafeEqual(digest, shown)).map(({ application }) => application);
    return found.length > 0 ? { applications: [...new Set(found)] } : undefined;
  };
}
