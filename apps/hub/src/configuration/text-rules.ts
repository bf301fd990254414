/** What host names, origins, paths and names have to look like. */
import { isIP, isIPv4 } from 'node:net';
import { nameBytes } from '@pollux/core';

/** A name of 1 to 256 bytes without control characters. */
export function isName(value: string): boolean {
  const bytes = Buffer.byteLength(value);
  return bytes >= 1 && bytes <= nameBytes && !/\p{Cc}|\p{Surrogate}/u.test(value);
}

/** An IP address or a host name that a server can listen on. */
export function isHost(value: string): boolean {
  return (
    isIP(value) !== 0 ||
    (value.length <= 253 && /^(?=.*[a-z])[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(value))
  );
}

/** A host as an address has it: IPv6 in brackets. */
export function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Whether only this machine reaches what listens there. Anything unusual counts as reachable from elsewhere. */
export function isLoopback(host: string): boolean {
  return (isIPv4(host) && host.startsWith('127.')) || host === '::1' || host.toLowerCase() === 'localhost';
}

/** `https://host` or `http://host:port` exactly as a browser sends it: no path, no default port, no upper case, no `*`. */
export function isOrigin(value: string): boolean {
  // A URL parser takes a `*` for a part of a name, and finds nothing wrong with it.
  if (!/^https?:\/\/[\w.:[\]-]+$/.test(value)) return false;
  return URL.canParse(value) && new URL(value).origin === value;
}

/** `/one/or/more` plain segments, without a slash at the end. */
export function isBasePath(value: string): boolean {
  return /^(\/[A-Za-z0-9._~-]+)+$/.test(value) && !value.split('/').some((segment) => segment === '.' || segment === '..');
}

/** What `fetch` messages may name: an origin, an absolute path of plain segments, or an origin followed by such a path. */
export function isFetchTarget(value: string): boolean {
  const origin = /^https?:\/\/[^/]*/.exec(value)?.[0] ?? '';
  const path = value.slice(origin.length);
  return (origin === '' ? path !== '' : isOrigin(origin)) && (path === '' || path === '/' || isBasePath(path.replace(/\/$/, '')));
}

/** The address of a key set: https, or http of this machine. */
export function isKeySetAddress(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, username, password } = new URL(value);
  const isSafe = protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname.replace(/^\[(.*)\]$/, '$1')));
  return isSafe && username === '' && password === '';
}

/** Whether the console takes the costs of a hash, which has the right shape: neither too low nor absurd. */
export function isPasswordHash(value: string): boolean {
  const [cost = 0, blockSize = 0, parallelization = 0] = value.split(':').slice(1, 4).map(Number);
  const isPower = Number.isInteger(Math.log2(cost));
  return isPower && cost >= 16_384 && cost <= 1_048_576 && blockSize >= 8 && blockSize <= 32 && parallelization >= 1;
}
