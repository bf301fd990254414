/** From settings to ways of checking a signature, each pinned to the algorithms that its keys stand for. */
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import { keySetOf } from './key-set.ts';
import { type PublicKey, publicKeyOf } from './public-keys.ts';
import { hmacKeys } from './secrets.ts';
import { wrongSetting } from './wrong-setting.ts';

/** Signature algorithms that tokens may have. */
export type TokenAlgorithm = 'HS256' | 'EdDSA' | 'RS256';

/** Where the keys come from: one of the three. */
export interface KeySettings {
  /** HS256: what tokens are signed with, at least 32 bytes. Several are good at once, while one is being exchanged. */
  readonly secret?: string | Uint8Array | readonly (string | Uint8Array)[];
  /** EdDSA or RS256: the public keys of whoever signs, several at once while one is being exchanged. */
  readonly publicKey?: PublicKey | readonly PublicKey[];
  /** EdDSA or RS256: a key set, or its https address. Needs `issuer` and `audience`. */
  readonly jwks?: string | URL | JSONWebKeySet;
  /** Algorithms that are accepted. A token's header only ever chooses among these. @default those of the keys */
  readonly algorithms?: readonly TokenAlgorithm[];
}

/** A key, or a set of keys, with the algorithms that it is used for. */
export interface Verifier {
  readonly algorithms: readonly TokenAlgorithm[];
  readonly getKey: JWTVerifyGetKey;
  /** Asked where no key fits: whether there may be others now. */
  readonly renew?: () => Promise<boolean>;
}

/** Keys at once; each costs a check for a token that none of them signed. */
export const mostKeys = 8;
const sources = ['secret', 'publicKey', 'jwks'] as const;

/** Reads the settings. @throws TypeError for what cannot be meant */
export function verifiersOf(settings: KeySettings): readonly Verifier[] {
  const given = sources.filter((name) => settings[name] !== undefined);
  if (given.length !== 1) {
    const what = given.length === 0 ? 'none is given' : `${given.join(' and ')} are given`;
    throw wrongSetting(
      sources.join(', '),
      `${what}. Give exactly one: a secret and public keys side by side let one be taken for the other.`,
    );
  }
  const verifiers = settings.jwks === undefined ? keyVerifiers(settings) : [setVerifier(settings)];
  return restrict(verifiers, settings.algorithms);
}

function keyVerifiers({ secret, publicKey }: KeySettings): Verifier[] {
  if (secret !== undefined) return hmacKeys(secret).map((getKey) => ({ algorithms: ['HS256'], getKey }));
  const keys: readonly unknown[] = Array.isArray(publicKey) ? publicKey : [publicKey];
  if (keys.length === 0 || keys.length > mostKeys)
    throw wrongSetting('publicKey', `names ${keys.length} keys. Give 1 to ${mostKeys}.`);
  return keys.map((key, index) => {
    const { algorithm, get } = publicKeyOf(keys.length === 1 ? 'publicKey' : `publicKey[${index}]`, key);
    return { algorithms: [algorithm], getKey: get };
  });
}

function setVerifier({ jwks }: KeySettings): Verifier {
  return { algorithms: ['EdDSA', 'RS256'], ...keySetOf('jwks', jwks) };
}

function restrict(verifiers: readonly Verifier[], algorithms: readonly TokenAlgorithm[] | undefined): readonly Verifier[] {
  if (algorithms === undefined) return verifiers;
  const offered = new Set(verifiers.flatMap((verifier) => verifier.algorithms));
  const all = `the keys given stand for ${[...offered].join(' and ')}`;
  if (!Array.isArray(algorithms) || algorithms.length === 0)
    throw wrongSetting('algorithms', `must be a list; ${all}. Leave it out to accept these.`);
  const stranger = algorithms.find((algorithm) => !offered.has(algorithm));
  if (stranger !== undefined) throw wrongSetting('algorithms', `${JSON.stringify(stranger)} would never be used: ${all}.`);
  const restricted = verifiers.map((verifier) => ({
    ...verifier,
    algorithms: verifier.algorithms.filter((each) => algorithms.includes(each)),
  }));
  const idle = restricted.findIndex((verifier) => verifier.algorithms.length === 0);
  if (idle >= 0) throw wrongSetting('algorithms', `leaves key ${idle + 1} without use. Take the key out, or name its algorithm.`);
  return restricted;
}
