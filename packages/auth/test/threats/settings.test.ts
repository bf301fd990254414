/** T40 Wrong settings: every one is refused at the start, by name, and each check is shown to be what refuses. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';

const secret = 'fK3v0Zq8yP1uT6wB2xN9aR4cJ7mE5sLd';
const fingerprint = `sha256:${'0'.repeat(64)}`;
const folder = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

async function load() {
  vi.resetModules();
  // One after the other; see loadParts in target.ts.
  const core = await import('@pollux/core/server');
  const auth = await import('@pollux/auth');
  return { ...core, ...auth };
}

type Loaded = Awaited<ReturnType<typeof load>>;
type Case = readonly [named: RegExp, make: (loaded: Loaded) => unknown];

const unusable: readonly unknown[] = [Number.NaN, -1, Number.POSITIVE_INFINITY, '60', null, {}, [], true];

const limits: readonly Case[] = [
  'holdSeconds',
  'pollBytes',
  'queueMessages',
  'sessions',
  'jsonDepth',
  'heldPolls',
  'ttlSeconds',
].flatMap((name) =>
  unusable.map(
    (value): Case => [
      new RegExp(`limits.${name}`),
      ({ createCommunicationServer }) => createCommunicationServer({ applications: { a: {} }, limits: { [name]: value } }),
    ],
  ),
);

const applications: readonly Case[] = [
  ...['', 'Orders', '1a', 'a b', '__proto__', 'a/b', 'a'.repeat(64), 'ä'].map(
    (name): Case => [
      /applications/,
      ({ createCommunicationServer }) => createCommunicationServer({ applications: Object.fromEntries([[name, {}]]) }),
    ],
  ),
  ...['*', 'orders', 'https://*.example', 'https://a.example/../b', 'javascript:x', '//a.example', ''].map(
    (target): Case => [
      /fetchTargets/,
      ({ createCommunicationServer }) => createCommunicationServer({ applications: { a: { fetchTargets: [target] } } }),
    ],
  ),
  [
    /overflow/,
    ({ createCommunicationServer }) => createCommunicationServer({ applications: { a: { overflow: 'drop' as never } } }),
  ],
  [/retain/, ({ createCommunicationServer }) => createCommunicationServer({ applications: { a: { retain: 'ever' as never } } })],
  [
    /limits.holdSecond:/,
    ({ createCommunicationServer }) => createCommunicationServer({ applications: { a: {} }, limits: { holdSecond: 5 } as never }),
  ],
];

function servletOf({ createCommunicationServer, createServlet }: Loaded, more: object): unknown {
  return createServlet({ server: createCommunicationServer({ applications: { a: {} } }), ...more });
}

const doors: readonly Case[] = [
  ...['pollux', '/pollux/', '/a b', '/a?b', '/a#b', '//', '/', '/ä'].map(
    (basePath): Case => [/basePath/, (loaded) => servletOf(loaded, { basePath })],
  ),
  ...[
    '*',
    'null',
    'https://a.example/',
    'https://*.example',
    'HTTPS://a.example',
    'a.example',
    'ftp://a.example',
    'https://a.example?x',
    'https://u@a.example',
    '',
  ].map((origin): Case => [/origins/, (loaded) => servletOf(loaded, { origins: [origin] })]),
];

const identity: readonly Case[] = [
  ...[undefined, '', 'short', 'a'.repeat(64), 7, []].map(
    (wrong): Case => [/secret/, ({ authenticateTokens }) => authenticateTokens({ secret: wrong as string })],
  ),
  ...['HS512', 'none', 'RS256', ''].map(
    (algorithm): Case => [
      /algorithms/,
      ({ authenticateTokens }) => authenticateTokens({ secret, algorithms: [algorithm as 'HS256'] }),
    ],
  ),
  ...unusable.map(
    (value): Case => [
      /clockTolerance|cachedTokens/,
      ({ authenticateTokens }) =>
        authenticateTokens({ secret, ...(value === null ? { cachedTokens: -1 } : { clockTolerance: value as number }) }),
    ],
  ),
  [/audience/, ({ authenticateTokens }) => authenticateTokens({ jwks: 'https://login.example/jwks', issuer: 'x' })],
  [/jwks/, ({ authenticateTokens }) => authenticateTokens({ jwks: 'http://login.example/jwks', issuer: 'x', audience: 'y' })],
  [/orders\[0\]/, ({ authorizePublisherKeys }) => authorizePublisherKeys({ orders: ['plx_the-key-itself'] })],
  [/Orders/, ({ authorizePublisherKeys }) => authorizePublisherKeys({ Orders: [fingerprint] })],
  [/days/, ({ visitorTokens }) => visitorTokens({ secret, days: 1e9 })],
];

/** The settings that were taken although they are wrong, or refused without being named. */
async function accepted(cases: readonly Case[], loaded?: Loaded): Promise<string[]> {
  const parts = loaded ?? (await load());
  return cases.flatMap(([named, make], index) => {
    try {
      make(parts);
      return [`${index} ${named.source}`];
    } catch (error) {
      return error instanceof TypeError && named.test(error.message) ? [] : [`${index} ${String(error)}`];
    }
  });
}

const all = [...limits, ...applications, ...doors, ...identity];

describe('T40 wrong settings', () => {
  it('are refused at the start, each by name', async () => {
    expect(all.length).toBeGreaterThan(60);
    expect(await accepted(all)).toEqual([]);
  });

  it.each([
    ['bounds are checked', limits, 'core/src/server/options.ts', { checkLimits: (given: object) => ({ ...given }) }],
    ['applications are checked', applications, 'core/src/server/options.ts', { checkApplications: () => new Map() }],
    ['fetch targets are checked', applications, 'core/src/protocol/fetch-target.ts', { parseFetchTargets: () => [] }],
    ['the door is checked', doors, 'core/src/servlet/create-servlet.ts', { createServlet: () => ({}) }],
    ['secrets are checked', identity, 'auth/src/secrets.ts', { hmacKeys: () => [() => Promise.resolve()] }],
    ['numbers are checked', identity, 'auth/src/wrong-setting.ts', { wholeNumber: (_name: string, value: number) => value }],
    ['key sets are checked', identity, 'auth/src/key-set.ts', { keySetOf: () => () => Promise.resolve() }],
  ] as const)('are taken without the guard: %s', async (_guard, cases, path, replaced) => {
    vi.doMock(folder(path), async (original) => ({ ...((await original()) as object), ...replaced }));
    try {
      expect(await accepted(cases)).not.toEqual([]);
    } finally {
      vi.doUnmock(folder(path));
    }
  });
});
