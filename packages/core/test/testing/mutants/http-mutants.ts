/** Faults of the HTTP face. */
import { defaultLimits, type Limits } from '../../../src/protocol/limits.ts';
import { createTestCredentials } from '../../../src/testing/index.ts';
import { answered, asked, headered, type WireMutant } from './wire-mutant.ts';

const credentials = createTestCredentials(() => 0);

function publisherOf(target: string): string | undefined {
  const application = /\/applications\/([^/]+)/.exec(target)?.[1];
  return application === undefined ? undefined : credentials.publisher(application)['authorization'];
}

export const httpMutants: readonly WireMutant[] = [
  { name: 'lets every origin in with *', breaks: ['2.9'], parts: headered('access-control-allow-origin', '*') },
  {
    name: 'names back whatever origin asks',
    breaks: ['2.9'],
    parts: answered((answer, exchange) => ({
      ...answer,
      headers: [...answer.headers, 'access-control-allow-origin', exchange.header('origin') ?? 'null'],
    })),
  },
  { name: 'does not vary by origin', breaks: ['2.9'], parts: headered('vary') },
  {
    name: 'compares origins without case',
    breaks: ['2.9'],
    parts: asked((exchange) => ({
      header: (name) => (name === 'origin' ? exchange.header(name)?.toLowerCase() : exchange.header(name)),
    })),
  },
  { name: 'says no no-store', breaks: ['2.8'], parts: headered('cache-control', 'no-transform') },
  {
    name: 'says no no-store on errors',
    breaks: ['2.8'],
    parts: {
      servlet: (servlet) =>
        answered((answer) =>
          answer.status < 400 ? answer : { ...answer, headers: ['content-type', 'application/problem+json'] },
        ).servlet?.(servlet) ?? servlet,
    },
  },
  { name: 'lets types be sniffed', breaks: ['2.8'], parts: headered('x-content-type-options') },
  { name: 'sends problems as plain JSON', breaks: ['2.8'], parts: headered('content-type', 'application/json') },
  { name: 'gives no Retry-After', breaks: ['9.8', '7.5'], parts: headered('retry-after') },
  { name: 'gives no Allow', breaks: ['2.3', '2.9'], parts: headered('allow') },
  {
    name: 'shows its stack in problems',
    breaks: ['2.8'],
    parts: answered((answer) =>
      answer.status < 400
        ? answer
        : { ...answer, body: JSON.stringify({ ...(JSON.parse(answer.body) as object), detail: new Error('x').stack }) },
    ),
  },
  {
    name: 'parses targets as URLs, which throws',
    breaks: ['2.2'],
    parts: asked((exchange) => ({ target: new URL(exchange.target, 'http://127.0.0.1').pathname })),
  },
  {
    name: 'normalises paths',
    breaks: ['2.1', '2.2', '1.3'],
    parts: asked((exchange) => ({ target: exchange.target.replace(/%2f/gi, '/').replace(/\/+$/, '') })),
  },
  {
    name: 'takes any media type',
    breaks: ['2.4'],
    parts: asked((exchange) => ({ header: (name) => (name === 'content-type' ? 'application/json' : exchange.header(name)) })),
  },
  {
    name: 'ignores Content-Encoding',
    breaks: ['2.4'],
    parts: asked((exchange) => ({ header: (name) => (name === 'content-encoding' ? undefined : exchange.header(name)) })),
  },
  {
    name: 'decodes broken UTF-8 with replacements',
    breaks: ['2.5'],
    parts: asked((exchange) => ({
      readBody: async (maxBytes) => {
        const body = await exchange.readBody(maxBytes);
        return body.kind === 'not-utf8'
          ? { kind: 'text', text: '{"applications":{},"to":{"recipients":["x"]},"kind":"direct","type":"t","data":1}' }
          : body;
      },
    })),
  },
  {
    name: 'forgives a byte order mark',
    breaks: ['2.5'],
    parts: asked((exchange) => ({
      readBody: async (maxBytes) => {
        const body = await exchange.readBody(maxBytes);
        return body.kind === 'text' ? { kind: 'text', text: body.text.replace(/^\ufeff/, '') } : body;
      },
    })),
  },
  {
    name: 'reads bodies of any size',
    breaks: ['2.5'],
    parts: asked((exchange) => ({
      readBody: () => exchange.readBody(1e9),
      header: (name) => (name === 'content-length' ? undefined : exchange.header(name)),
    })),
  },
  {
    name: 'checks no publisher',
    breaks: ['9.2', '11.1'],
    parts: asked((exchange) => ({
      header: (name) =>
        name === 'authorization' ? (publisherOf(exchange.target) ?? exchange.header(name)) : exchange.header(name),
    })),
  },
  {
    name: 'lets strangers poll',
    breaks: ['11.1'],
    parts: asked((exchange) => ({
      header: (name) =>
        exchange.header(name) ?? (name === 'authorization' ? credentials.authorization('anonymous')['authorization'] : undefined),
    })),
  },
  {
    name: 'believes a recipient in a header',
    breaks: ['3.2'],
    parts: asked((exchange) => ({
      header: (name) => {
        const claimed = exchange.header('x-recipient');
        return name === 'authorization' && claimed !== undefined
          ? credentials.authorization(claimed)['authorization']
          : exchange.header(name);
      },
    })),
  },
  {
    name: 'does not notice that a client has gone',
    breaks: ['3.11'],
    parts: {
      servlet: (servlet) => ({
        ...servlet,
        handle: (exchange) =>
          servlet.handle(Object.defineProperty({ ...exchange }, 'held', { get: () => undefined, set: () => undefined })),
      }),
    },
  },
  {
    name: 'answers an empty poll with a body',
    breaks: ['3.5', '3.6'],
    parts: answered((answer) => (answer.status === 204 ? { ...answer, status: 200, body: '{}' } : answer)),
  },
];

/** Bounds that a server ignores: it is opened with the default instead. */
const bounds: readonly (readonly [keyof Limits, readonly string[]])[] = [
  ['messageBytes', ['9.8']],
  ['publishBytes', ['2.5']],
  ['pollBytes', ['2.5']],
  ['publishRecipients', ['13.1']],
  ['responseBytes', ['8.1', '8.2']],
  ['queueMessages', ['9.8']],
  ['queueBytes', ['9.8']],
  ['addressBytes', ['9.8']],
  ['bufferBytes', ['9.8']],
  ['heldPolls', ['7.6']],
  ['heldPollsPerRecipient', ['7.6']],
  ['sessionsPerRecipient', ['7.5']],
  ['sessions', ['7.5']],
  ['applicationsPerSession', ['13.1']],
  ['groupsPerSession', ['13.1']],
  ['ttlSeconds', ['9.3']],
  ['ttlMaxSeconds', ['9.3']],
  ['holdSeconds', ['3.6']],
  ['sessionSeconds', ['5.2', '5.5']],
];

export const boundMutants: readonly WireMutant[] = [
  ...bounds.map(([name, breaks]) => ({
    name: `ignores ${name}`,
    breaks,
    options: (options: Parameters<NonNullable<WireMutant['options']>>[0]) => ({
      ...options,
      limits: { ...options.limits, [name]: defaultLimits[name] },
    }),
  })),
  {
    name: 'knows no depth of JSON',
    breaks: ['2.5'],
    parts: { server: (server) => ({ ...server, limits: { ...server.limits, jsonDepth: 1e9 } }) },
  },
  {
    name: 'counts no members of JSON',
    breaks: ['2.5'],
    parts: { server: (server) => ({ ...server, limits: { ...server.limits, jsonKeys: 1e9 } }) },
  },
];
