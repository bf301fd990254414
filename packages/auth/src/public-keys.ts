/** Public keys of EdDSA (Ed25519) and RS256: looked at when they are given, so that a wrong one is told at the start. */
import { type CryptoKey, importJWK, importSPKI, type JWK } from 'jose';
import { wrongSetting } from './wrong-setting.ts';

/** A public key as PEM (`-----BEGIN PUBLIC KEY-----`), as JWK, or ready. */
export type PublicKey = string | JWK | CryptoKey;

/** A key with the one algorithm that it can stand for, whatever a token's header says. */
export interface KnownKey {
  readonly algorithm: 'EdDSA' | 'RS256';
  get(): Promise<CryptoKey>;
}

/** Bytes of an RSA key of 2048 bits as SubjectPublicKeyInfo; a shorter one holds a weaker key. */
const rsaBytes = 294;
/** Characters of the modulus of such a key in a JWK. */
const modulusCharacters = 342;
const ed25519Prefix = '302a300506032b6570032100';
const rsaObject = '06092a864886f70d010101';
const advice = 'Give an Ed25519 public key, or an RSA one of at least 2048 bits.';

/** Looks at a key and says what it is good for. */
export function publicKeyOf(setting: string, key: unknown): KnownKey {
  if (typeof key === 'string') return pemKey(setting, key);
  if (typeof key === 'object' && key !== null)
    return 'kty' in key ? jwkKey(setting, key as JWK) : readyKey(setting, key as CryptoKey);
  throw wrongSetting(setting, 'is missing. Give a public key as PEM text, JWK or CryptoKey.');
}

function once(load: () => Promise<CryptoKey | Uint8Array>): () => Promise<CryptoKey> {
  let key: Promise<CryptoKey> | undefined;
  return () => {
    key ??= load() as Promise<CryptoKey>;
    return key;
  };
}

function pemKey(setting: string, pem: string): KnownKey {
  if (pem.includes('PRIVATE KEY'))
    throw wrongSetting(setting, 'is a private key, which a server that only checks tokens must not have. Give its public key.');
  const body = /^\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*$/.exec(pem)?.[1];
  if (body === undefined)
    throw wrongSetting(
      setting,
      'is not PEM text that begins with -----BEGIN PUBLIC KEY-----. openssl pkey -pubout makes one (openssl x509 -pubkey of a certificate).',
    );
  const hex = hexOf(setting, body.replace(/\s/g, ''));
  if (hex.startsWith(ed25519Prefix)) return { algorithm: 'EdDSA', get: once(() => importSPKI(pem.trim(), 'EdDSA')) };
  if (!hex.includes(rsaObject) || hex.length < rsaBytes * 2)
    throw wrongSetting(setting, `is a key of a kind that is not used here. ${advice}`);
  return { algorithm: 'RS256', get: once(() => importSPKI(pem.trim(), 'RS256')) };
}

function hexOf(setting: string, base64: string): string {
  try {
    return Array.from(atob(base64), (unit) => unit.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  } catch {
    throw wrongSetting(setting, 'is PEM text whose body is not base64. Copy it whole, with its line breaks.');
  }
}

function readyKey(setting: string, key: CryptoKey): KnownKey {
  const { name, hash, modulusLength } = (key.algorithm ?? {}) as {
    name?: string;
    hash?: { name: string };
    modulusLength?: number;
  };
  if (name === undefined) throw wrongSetting(setting, 'is no key. Give a public key as PEM text, JWK or CryptoKey.');
  if (key.type !== 'public') throw wrongSetting(setting, `is a ${key.type} key. Give the public one.`);
  const get = (): Promise<CryptoKey> => Promise.resolve(key);
  if (name === 'Ed25519') return { algorithm: 'EdDSA', get };
  if (name === 'RSASSA-PKCS1-v1_5' && hash?.name === 'SHA-256' && Number(modulusLength) >= 2048)
    return { algorithm: 'RS256', get };
  throw wrongSetting(setting, `is a key for ${name}, which is not used here. ${advice}`);
}

function jwkKey(setting: string, jwk: JWK): KnownKey {
  if ('d' in jwk || 'k' in jwk)
    throw wrongSetting(setting, 'holds a private or secret part (d or k). Give the public key alone.');
  const { kty, crv, n, alg } = jwk as { kty?: string; crv?: string; n?: string; alg?: string };
  if (kty === 'OKP' && crv === 'Ed25519') return { algorithm: 'EdDSA', get: once(() => importJWK(jwk, 'EdDSA')) };
  if (kty === 'RSA' && (alg === undefined || alg === 'RS256') && String(n).length >= modulusCharacters)
    return { algorithm: 'RS256', get: once(() => importJWK(jwk, 'RS256')) };
  throw wrongSetting(setting, `is a key of a kind that is not used here (kty ${String(kty)}). ${advice}`);
}
