/** Keys that publishers show. A server knows their fingerprints only, so its configuration lets nobody publish. */
import type { RequestView } from '@pollux/core/server';
import { bearerIn } from './bearer.ts';
import { isApplication } from './names.ts';
import { wrongSetting } from './wrong-setting.ts';

/** A fresh key, and what to configure of it. */
export interface MintedKey {
  /** For the application's server. It is kept nowhere. */
  readonly key: string;
  /** `sha256:` and 64 hex digits, for `authorizePublisherKeys`. */
  readonly fingerprint: string;
}

/** Answers the servlet's question for which applications a caller may publish. */
export type AuthorizePublisher = (
  request: Pick<RequestView, 'header'>,
) => Promise<{ readonly applications: readonly string[] } | undefined> | undefined;

export interface PublisherKeySettings {
  /** Told of every key that is nobody's, for metrics. */
  readonly refused?: () => void;
}

const keyBytes = 32;
const fingerprintPattern = /^sha256:[0-9a-f]{64}$/;
const encoder = new TextEncoder();

/** Makes a key with 256 random bits, and its fingerprint. */
export async function mintKey(): Promise<MintedKey> {
  const bytes = crypto.getRandomValues(new Uint8Array(keyBytes));
  const key = `plx_${btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')}`;
  return { key, fingerprint: await fingerprintOf(key) };
}

/** The fingerprint of a key: `sha256:` and 64 hex digits. */
export async function fingerprintOf(key: string): Promise<string> {
  return `sha256:${Array.from(await digestOf(key), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

async function digestOf(key: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(key)));
}

/**
 * Compares two digests in a time that does not depend on where they differ. What is compared are hashes of what a caller
 * sent, so even a difference in time would tell nothing that leads to a key.
 */
export function sameDigest(one: Uint8Array, other: Uint8Array): boolean {
  let difference = one.length ^ other.length;
  for (let i = 0; i < other.length; i++) difference |= (one[i] ?? 0) ^ (other[i] ?? 0);
  return difference === 0;
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/**
 * Knows publishers by a key in `Authorization: Bearer plx_…`. Each application lists the fingerprints of the keys that may
 * publish for it; several are good at once, so that a key can be changed without a pause. A key may stand under several
 * applications.
 *
 * @throws TypeError for names and fingerprints that cannot be right
 */
export function authorizePublisherKeys(
  keys: Readonly<Record<string, readonly string[]>>,
  { refused = () => {} }: PublisherKeySettings = {},
): AuthorizePublisher {
  const known = Object.entries(keys).flatMap(([application, fingerprints]) =>
    fingerprintsOf(application, fingerprints).map((digest) => ({ application, digest })),
  );

  async function find(key: string): Promise<{ readonly applications: readonly string[] } | undefined> {
    const shown = await digestOf(key);
    // Every digest is compared, so that the time tells nothing of which, if any, it was.
    const found = known.filter(({ digest }) => sameDigest(digest, shown)).map(({ application }) => application);
    if (found.length > 0) return { applications: [...new Set(found)] };
    refused();
    return undefined;
  }

  return (request) => {
    const key = bearerIn(request);
    return key === undefined ? undefined : find(key);
  };
}

function fingerprintsOf(application: string, fingerprints: unknown): readonly Uint8Array[] {
  if (!isApplication(application))
    throw wrongSetting(
      application,
      'is not a possible application name: a small letter, then up to 62 small letters, digits and hyphens.',
    );
  if (!Array.isArray(fingerprints))
    throw wrongSetting(application, "must be a list of fingerprints, for example ['sha256:…']; [] lets nobody publish.");
  return fingerprints.map((fingerprint: unknown, index) => {
    if (typeof fingerprint === 'string' && fingerprintPattern.test(fingerprint))
      return bytesOf(fingerprint.slice('sha256:'.length));
    // What stands there may be a key by mistake, so it is not shown.
    throw wrongSetting(
      `${application}[${index}]`,
      'is not "sha256:" and 64 small hex digits. Give the fingerprint that mintKey() returns beside the key, never the key itself.',
    );
  });
}
