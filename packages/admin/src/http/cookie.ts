import type { IncomingMessage } from 'node:http';

/**
 * What the cookie is called. A browser has one jar for all ports of a host: consoles at several of them, as those of a hub's
 * workers are, would sign each other out.
 */
function nameOf({ headers }: IncomingMessage): string {
  const port = /:(\d{1,5})$/.exec(headers.host ?? '')?.[1];
  return port === undefined ? 'pollux_admin' : `pollux_admin_${port}`;
}

/** The session token that a request brought. */
export function readToken(request: IncomingMessage): string | undefined {
  const name = nameOf(request);
  for (const part of request.headers.cookie?.split(';') ?? []) {
    const [key = '', value = ''] = part.trim().split('=', 2);
    if (key === name && /^[\w-]{43}$/.test(value)) return value;
  }
  return undefined;
}

/** A `Set-Cookie` value that holds a token, or, without one, takes it away. */
export function writeToken(
  request: IncomingMessage,
  token: string | undefined,
  options: { readonly path: string; readonly secure: boolean },
): string {
  const parts = [`${nameOf(request)}=${token ?? ''}`, `Path=${options.path}`, 'HttpOnly', 'SameSite=Strict'];
  if (options.secure) parts.push('Secure');
  if (token === undefined) parts.push('Max-Age=0');
  return parts.join('; ');
}
