/** Tokens made by hand, right and wrong ones. */
import { createHmac } from 'node:crypto';

export const secret = 'fK3v0Zq8yP1uT6wB2xN9aR4cJ7mE5sLd';
export const otherSecret = 'Jd8s-2Kq9wMx4Zp7Vt1Ry6Bn3Lc5Hg0f';

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** A token of any header and claims, signed with any hash and key. */
export function handmade(header: object, claims: unknown, hash = 'sha256', key: string | Buffer = secret): string {
  const content = `${base64url(header)}.${base64url(claims)}`;
  return `${content}.${createHmac(hash, key).update(content).digest('base64url')}`;
}

/** A token of algorithm `none`. */
export function unsigned(claims: unknown): string {
  return `${base64url({ alg: 'none' })}.${base64url(claims)}.`;
}

/** The same signature under other claims. */
export function exchanged(token: string, claims: unknown): string {
  const [header, , signature] = token.split('.');
  return `${header}.${base64url(claims)}.${signature}`;
}

/** A request that shows a credential. */
export function showing(
  credential: string | undefined,
  more: Readonly<Record<string, string>> = {},
): { header(name: string): string | undefined } {
  const headers: Readonly<Record<string, string>> = {
    ...more,
    ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
  };
  return { header: (name) => headers[name] };
}
