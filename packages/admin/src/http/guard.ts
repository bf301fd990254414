/** What a request must show before anything else looks at it: a known host, and for changes a page of our own. */
import type { IncomingMessage } from 'node:http';

/** Why a request is refused, or undefined. */
export type Guard = (request: IncomingMessage) => string | undefined;

/** No name that somebody else may have answered, so that a page of theirs could reach it. */
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/;

/**
 * Against DNS rebinding only loopback names and the hosts of `origins` are answered; against forged requests whatever a
 * browser says of a call's origin (`Origin`, `Sec-Fetch-Site`) must be this very site.
 */
export function createGuard(origins: readonly string[]): Guard {
  const hosts = new Set(origins.map((origin) => new URL(origin).host));
  const allowedOrigins = new Set(origins);

  function ownOrigin(origin: string, host: string): boolean {
    if (allowedOrigins.has(origin)) return true;
    return origin === `http://${host}` || origin === `https://${host}`;
  }

  return ({ headers, method }) => {
    const host = headers.host?.toLowerCase() ?? '';
    if (!loopback.test(host) && !hosts.has(host)) return 'This host name is not served here. Name it in the origins setting.';
    const { origin } = headers;
    if (origin !== undefined && !ownOrigin(origin.toLowerCase(), host)) return 'Requests from another origin are not allowed.';
    const site = headers['sec-fetch-site'];
    const navigation = headers['sec-fetch-mode'] === 'navigate' && (method === 'GET' || method === 'HEAD');
    if (site !== undefined && site !== 'same-origin' && site !== 'none' && !navigation)
      return 'Requests from another site are not allowed.';
    return undefined;
  };
}
