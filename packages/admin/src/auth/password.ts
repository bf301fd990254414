/** Passwords as scrypt hashes: `scrypt:N:r:p:salt:hash`, salt and hash in base64url. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

interface Parts {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

const pattern = /^scrypt:(\d{4,7}):(\d{1,2}):(\d{1,2}):([\w-]{20,128}):([\w-]{40,128})$/;

/** Takes a hash apart; undefined when it is not one, or its cost is not too low or absurd. */
export function parsePasswordHash(text: string): Parts | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [, n = '', r = '', p = '', salt = '', hash = ''] = match;
  const cost = Number(n);
  const blockSize = Number(r);
  const parallelization = Number(p);
  const powerOfTwo = (cost & (cost - 1)) === 0;
  if (!powerOfTwo || cost < 16_384 || cost > 1_048_576 || blockSize < 8 || blockSize > 32 || parallelization < 1)
    return undefined;
  return { cost, blockSize, parallelization, salt: Buffer.from(salt, 'base64url'), hash: Buffer.from(hash, 'base64url') };
}

function derive(password: string, parts: Omit<Parts, 'hash'>, length: number): Promise<Buffer> {
  const { cost, blockSize, parallelization, salt } = parts;
  const maxmem = 256 * cost * blockSize;
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, length, { cost, blockSize, parallelization, maxmem }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

/**
 * Hashes a password for `credentials[].password`.
 *
 * @param password at least 8 characters; throws a `RangeError` otherwise
 */
export async function hashPassword(password: string): Promise<string> {
  if (password.length < 8) throw new RangeError('A password of the console needs at least 8 characters.');
  const parts = { cost: 32_768, blockSize: 8, parallelization: 1, salt: randomBytes(16) };
  const hash = await derive(password, parts, 32);
  const { cost, blockSize, parallelization, salt } = parts;
  return ['scrypt', cost, blockSize, parallelization, salt.toString('base64url'), hash.toString('base64url')].join(':');
}

/** Whether a password belongs to a hash, in constant time; false for a text that is no hash. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const parts = parsePasswordHash(stored);
  if (!parts) return false;
  return timingSafeEqual(await derive(password, parts, parts.hash.length), parts.hash);
}
