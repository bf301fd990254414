/** T13 behind a proxy that stores everything it may for ten minutes: no user ever gets what was for another. */
import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type OriginServer, openOriginServer } from './origin-server.ts';
import { type RunningProxy, startProxy } from './proxy.ts';

/** Stores any status, POST as well, by nothing but the address: the most careless configuration there is. */
const careless = [
  'proxy_cache shared;',
  'proxy_cache_valid any 10m;',
  'proxy_cache_methods GET HEAD POST;',
  'add_header X-Cache $upstream_cache_status always;',
];

interface Seen {
  readonly who: string;
  readonly what: string;
  readonly status: number;
  readonly cache: string | null;
  readonly text: string;
}

/** Two users do the same, one after the other, twice. */
async function visit(origin: OriginServer, proxy: RunningProxy): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  for (const who of ['alice', 'bob']) await origin.publish(who, `for ${who} only`);
  for (const who of ['alice', 'bob', 'alice', 'bob', 'nobody']) {
    const headers = {
      'content-type': 'application/json',
      ...(who !== 'nobody' && { authorization: `Bearer ${await origin.token(who)}` }),
    };
    const asked: readonly (readonly [what: string, path: string, init: RequestInit])[] = [
      ['poll', '/pollux/poll', { method: 'POST', body: '{"applications":{"orders":{"cursor":null}}}' }],
      ['short poll', '/pollux/poll?again', { method: 'POST', body: '{"wait":0,"applications":{}}' }],
      ['ticket', '/pollux/ticket', { method: 'POST', body: '{}' }],
      ['refused', '/pollux/poll?refused', { method: 'POST', body: '{' }],
      ['no stream', '/pollux/stream', {}],
      ['health', '/pollux/health', {}],
      ['nothing', '/pollux/nothing', {}],
    ];
    for (const [what, path, init] of asked) {
      const answer = await fetch(proxy.url + path, { ...init, headers });
      seen.push({ who, what, status: answer.status, cache: answer.headers.get('x-cache'), text: await answer.text() });
    }
  }
  return seen;
}

/** What somebody got that was not theirs, or that came out of the cache. */
function mixed(seen: readonly Seen[]): readonly string[] {
  const tickets = seen.filter(({ what, status }) => what === 'ticket' && status === 200).map(({ text }) => text);
  return [
    ...seen
      .filter(({ who, text }) => ['alice', 'bob'].some((other) => other !== who && text.includes(`for ${other} only`)))
      .map(({ who, what }) => `${who} ${what}`),
    ...seen
      .filter(({ who, what, status }) => who === 'nobody' && ['poll', 'ticket'].includes(what) && status !== 401)
      .map(({ what }) => `nobody ${what}`),
    ...seen.filter(({ cache }) => cache === 'HIT').map(({ who, what }) => `${who} ${what} from the cache`),
    ...(new Set(tickets).size === tickets.length ? [] : ['a ticket twice']),
  ];
}

describe('T13 through an nginx that caches for ten minutes', () => {
  it('has no effect', async () => {
    await using origin = await openOriginServer();
    await using proxy = await startProxy('nginx', origin.port, careless);
    const seen = await visit(origin, proxy);
    expect(mixed(seen)).toEqual([]);
    expect(
      seen
        .filter(({ what, who }) => what === 'poll' && who !== 'nobody')
        .every(({ who, text }) => text.includes(`for ${who} only`)),
    ).toBe(true);
    // The cache is there and was asked.
    expect(new Set(seen.map(({ cache }) => cache))).toEqual(new Set(['MISS']));
  });

  it('gets through without the guard: answers say no-store', async () => {
    const silent =
      (listener: RequestListener): RequestListener =>
      (request, response) => {
        const writeHead = response.writeHead.bind(response) as (status: number, headers?: readonly string[]) => typeof response;
        const strip = (headers: readonly string[] = []): string[] => {
          const at = headers.indexOf('cache-control');
          return headers.filter((_, index) => at < 0 || (index !== at && index !== at + 1));
        };
        Object.assign(response, {
          writeHead: (status: number, headers?: readonly string[]) => writeHead(status, strip(headers)),
        });
        listener(request, response);
      };
    await using origin = await openOriginServer({ listener: silent });
    await using proxy = await startProxy('nginx', origin.port, careless);
    const found = mixed(await visit(origin, proxy));
    expect(found).toContain('bob poll');
    expect(found).toContain('nobody poll');
  });
});
