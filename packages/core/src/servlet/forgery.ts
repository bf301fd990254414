/**
 * The rule against cross-site request forgery, for hosts that know their callers by cookie: a browser says where a
 * request comes from (Fetch metadata, then Origin), and only the own site and listed origins pass. A request with an
 * Authorization header needs no such rule, since no foreign page can make a browser send one unasked, except by the schemes
 * for which browsers ask for a name and password themselves: those are remembered and sent like cookies.
 */
import { type Problem, problem } from '../protocol/problem.ts';
import type { Exchange } from './exchange.ts';

/** What browsers send by themselves, as a proxy in front of a whole host may ask for. */
const remembered = /^\s*(?:basic|digest|negotiate|ntlm)(?:\s|$)/i;

/** The problem that stands against a request's origin, if there is one. */
export function checkForgery(exchange: Exchange, origins: ReadonlySet<string>): Problem | undefined {
  const authorization = exchange.header('authorization');
  if (authorization !== undefined && !remembered.test(authorization)) return undefined;
  const site = exchange.header('sec-fetch-site');
  if (site === 'same-origin' || site === 'none') return undefined;
  const origin = exchange.header('origin');
  // No browser that sends cookies across sites leaves out both.
  if (origin === undefined) return site === undefined ? undefined : problem('origin-not-allowed');
  if (origins.has(origin) || (site === undefined && hostOf(origin) === exchange.header('host'))) return undefined;
  return problem('origin-not-allowed', { detail: 'List the origin in the settings if it may call with cookies.' });
}

function hostOf(origin: string): string {
  return origin.slice(origin.indexOf('://') + 3);
}
