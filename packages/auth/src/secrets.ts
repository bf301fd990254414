/** Shared secrets of HS256. */
import type { CryptoKey } from 'jose';
import { wrongSetting } from './wrong-setting.ts';

const secretBytes = 32;
const leastKinds = 5;
const encoder = new TextEncoder();

/** A secret of at least 32 bytes, as bytes. A text counts by its UTF-8. */
export function secretOf(setting: string, secret: unknown): Uint8Array<ArrayBuffer> {
  const bytes = typeof secret === 'string' ? encoder.encode(secret) : secret;
  if (!(bytes instanceof Uint8Array))
    throw wrongSetting(setting, 'is missing. Give a text or bytes, at least 32 of them, from a good source of chance.');
  if (bytes.length < secretBytes) {
    const why = 'whoever sees one token could find it out and sign tokens for anybody';
    throw wrongSetting(setting, `has ${bytes.length} bytes: ${why}. Give at least ${secretBytes}, for example from mintKey().`);
  }
  if (new Set(bytes).size < leastKinds)
    throw wrongSetting(
      setting,
      `has fewer than ${leastKinds} different bytes, so it was not made by chance. mintKey() makes a good one.`,
    );
  return new Uint8Array(bytes);
}

/** The key of a secret, made at first use. */
export type SecretKey = () => Promise<CryptoKey>;

export function hmacKey(secret: Uint8Array<ArrayBuffer>): SecretKey {
  let key: Promise<CryptoKey> | undefined;
  return () => {
    key ??= crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
    return key;
  };
}

/** Secrets at once; each costs a check for a token that none of them signed. */
const mostSecrets = 8;

/** The keys of one secret or several. */
export function hmacKeys(secrets: unknown): readonly [SecretKey, ...SecretKey[]] {
  const list: readonly unknown[] = Array.isArray(secrets) ? secrets : [secrets];
  const [first, ...rest] = list.map((secret, index) =>
    hmacKey(secretOf(list.length === 1 ? 'secret' : `secret[${index}]`, secret)),
  );
  if (first === undefined || list.length > mostSecrets)
    throw wrongSetting('secret', `names ${list.length} secrets. Give 1 to ${mostSecrets}.`);
  return [first, ...rest];
}
