/**
 * The rule against cross-site request forgery, for hosts that know their callers by cookie: a browser says where a
 * request comes from (Fetch metadata, then Origin), and only the own site and listed origins pass. A request with an
 * Authorization header needs no such rule, since no foreign page can make a browser send one unasked.
 */
import { type Problem, problem } from '../protocol/problem.ts';
import type { Exchange } from './exchange.ts';

/** The problem that stands against a request's origin, if there is one. */
export function checkForgery(exchange: Exchange, origins: ReadonlySet<string>): Problem | undefined {
  if (exchange.header('authorization') !== undefined) return undefined;
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
