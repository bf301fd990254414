import type { IncomingMessage } from 'node:http';

const name = 'pollux_admin';

/** The session token that a request brought. */
export function readToken(request: IncomingMessage): string | undefined {
  for (const part of request.headers.cookie?.split(';') ?? []) {
    const [key = '', value = ''] = part.trim().split('=', 2);
    if (key === name && /^[\w-]{43}$/.test(value)) return value;
  }
  return undefined;
}

/** A `Set-Cookie` value that holds a token, or, without one, takes it away. */
export function writeToken(token: string | undefined, options: { readonly path: string; readonly secure: boolean }): string {
  const parts = [`${name}=${token ?? ''}`, `Path=${options.path}`, 'HttpOnly', 'SameSite=Strict'];
  if (options.secure) parts.push('Secure');
  if (token === undefined) parts.push('Max-Age=0');
  return parts.join('; ');
}
