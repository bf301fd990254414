/** Sets of public keys (JWKS), given or fetched from the one address that the host names. */
import { createLocalJWKSet, createRemoteJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { publicKeyOf } from './public-keys.ts';
import { wrongSetting } from './wrong-setting.ts';

/** Milliseconds that the key set's server gets to answer. */
const fetchMs = 5_000;
/** Milliseconds between two fetches, however many tokens name unknown keys. */
const cooldownMs = 30_000;
/** Milliseconds after which a key that was taken out of the set is no longer believed. */
const freshMs = 600_000;

/** A set of keys. */
export interface KeySet {
  /** Finds a token's key. */
  readonly getKey: JWTVerifyGetKey;
  /** Fetches the set anew; false where it is not fetched at all, or was just now. */
  readonly renew: () => Promise<boolean>;
}

/** The set that is given, or whose address is. */
export function keySetOf(setting: string, jwks: unknown): KeySet {
  if (typeof jwks === 'string' || jwks instanceof URL) {
    const remote = createRemoteJWKSet(addressOf(setting, jwks), {
      timeoutDuration: fetchMs,
      cooldownDuration: cooldownMs,
      cacheMaxAge: freshMs,
    });
    const renew = async (): Promise<boolean> => {
      if (remote.coolingDown) return false;
      await remote.reload();
      return true;
    };
    return { getKey: remote, renew };
  }
  const { keys } = (jwks ?? {}) as Partial<JSONWebKeySet>;
  if (!Array.isArray(keys) || keys.length === 0)
    throw wrongSetting(setting, 'is no key set. Give its https address, or an object { keys: [...] } with at least one key.');
  for (const [index, key] of keys.entries()) publicKeyOf(`${setting}.keys[${index}]`, key);
  return { getKey: createLocalJWKSet(jwks as JSONWebKeySet), renew: () => Promise.resolve(false) };
}

function addressOf(setting: string, text: string | URL): URL {
  if (!URL.canParse(String(text)))
    throw wrongSetting(
      setting,
      `${JSON.stringify(String(text))} is no address. Give a whole one, for example 'https://login.example/.well-known/jwks.json'.`,
    );
  const url = new URL(text);
  const isLocal = url.protocol === 'http:' && /^(?:127(?:\.\d+){3}|localhost|\[::1\])$/.test(url.hostname);
  if (url.protocol !== 'https:' && !isLocal)
    throw wrongSetting(
      setting,
      `${url.protocol} lets anybody on the way exchange the keys. Use https: (http: only at a loopback address).`,
    );
  if (url.username !== '' || url.password !== '')
    throw wrongSetting(setting, 'holds a user name or password. Key sets are public: take it out.');
  return url;
}
