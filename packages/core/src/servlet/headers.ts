/** Ready-made response headers: made once for each allowed origin, never on a request. */

export interface HeaderSet {
  readonly json: readonly string[];
  readonly problem: readonly string[];
  readonly empty: readonly string[];
  readonly preflight: readonly string[];
}

/** On every response: nothing that passed here may be stored, changed or sniffed by anybody on the way. */
const common: readonly string[] = ['cache-control', 'no-store, no-transform', 'x-content-type-options', 'nosniff'];

/** Seconds that a browser may remember a preflight. */
const preflightSeconds = 7200;

/** Makes the header sets by allowed origin; the empty key stands for requests from anywhere else. */
export function headerSets(origins: readonly string[]): ReadonlyMap<string, HeaderSet> {
  const vary = origins.length === 0 ? [] : ['vary', 'origin'];
  const sets = new Map<string, HeaderSet>([['', headerSet([...common, ...vary])]]);
  for (const origin of origins) {
    const allowed = [
      'access-control-allow-origin',
      origin,
      'access-control-allow-credentials',
      'true',
      'access-control-expose-headers',
      'retry-after',
    ];
    sets.set(origin, headerSet([...common, ...vary, ...allowed]));
  }
  return sets;
}

function headerSet(base: readonly string[]): HeaderSet {
  return {
    json: ['content-type', 'application/json', ...base],
    problem: ['content-type', 'application/problem+json', ...base],
    empty: base,
    preflight: [
      ...base,
      ...['access-control-allow-methods', 'GET, POST, DELETE', 'access-control-allow-headers', 'authorization, content-type'],
      ...['access-control-max-age', String(preflightSeconds)],
    ],
  };
}
