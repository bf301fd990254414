/** `GET {base}/openapi.json`: the wire as OpenAPI 3.1, with the bounds that this server has set. */
import { applicationPattern, type Limits } from '../../protocol/limits.ts';
import { problems } from '../../protocol/problem.ts';
import { eventContent, eventParameters } from './event-pieces.ts';
import { always, body, component, json, refusals } from './operations.ts';
import { receivePaths } from './receive-paths.ts';
import { wireSchemas } from './schemas.ts';

const application = {
  name: 'application',
  in: 'path',
  required: true,
  schema: { type: 'string', pattern: applicationPattern.source },
};
const notification = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
const publisher = [{ publisher: [] }];

const onPublisher = [...always, '400', '404', '413', '415', '422', '429', '501'];

/** The document for a servlet at a base path. */
export function openApiDocument(basePath: string, limits: Limits): unknown {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Pollux',
      version: '1',
      summary: 'Server-initiated communication over plain HTTP',
      description: 'One poll for many applications, acknowledged by cursors. Every error is a problem document (RFC 9457).',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: basePath === '' ? '/' : basePath }],
    tags: [
      { name: 'receive', description: 'For communication clients.' },
      { name: 'publish', description: "For applications' servers." },
      { name: 'operate', description: 'For operators.' },
    ],
    paths: { ...receivePaths(), ...publishPaths(), ...operatePaths() },
    components: {
      schemas: wireSchemas(limits),
      responses: problemResponses(),
      securitySchemes: {
        client: {
          type: 'http',
          scheme: 'bearer',
          description: "The host decides who is calling: a signed token, or its own login session's cookie.",
        },
        publisher: { type: 'http', scheme: 'bearer', description: 'A key bound to one or more applications.' },
      },
    },
  };
}

function publishPaths(): Record<string, unknown> {
  return {
    '/applications/{application}/notifications': {
      post: {
        tags: ['publish'],
        operationId: 'publish',
        summary: 'Publish one notification or an array of them, or CloudEvents',
        security: publisher,
        parameters: [application, ...eventParameters()],
        requestBody: body(
          {
            oneOf: [
              component('schemas', 'Notification'),
              { type: 'array', minItems: 1, items: component('schemas', 'Notification') },
            ],
          },
          eventContent(),
        ),
        responses: {
          '202': json('PublishAnswer', 'At least one was stored, to the grade that is named.'),
          '409': component('responses', 'Problem409'),
          ...refusals(onPublisher),
        },
      },
    },
    '/applications/{application}/notifications/{id}': {
      get: {
        tags: ['publish'],
        operationId: 'status',
        summary: 'The state of a notification, and why it has not been delivered',
        security: publisher,
        parameters: [application, notification],
        responses: { '200': json('DeliveryStatus', 'Its state.'), ...refusals([...always, '404']) },
      },
      delete: {
        tags: ['publish'],
        operationId: 'withdraw',
        summary: 'Take a notification back',
        security: publisher,
        parameters: [application, notification],
        responses: {
          '200': { description: 'Withdrawn, or announced as withdrawn where it was sent already.' },
          ...refusals([...always, '404']),
        },
      },
    },
    '/applications/{application}/recipients/{recipient}': {
      delete: {
        tags: ['publish'],
        operationId: 'eraseRecipient',
        summary: 'Forget what the application has for a recipient',
        security: publisher,
        parameters: [application, { name: 'recipient', in: 'path', required: true, schema: { type: 'string' } }],
        responses: { '200': { description: 'How many messages were erased.' }, ...refusals([...always, '400', '404']) },
      },
    },
  };
}

function operatePaths(): Record<string, unknown> {
  const open = { tags: ['operate'], security: [] };
  return {
    '/health': {
      get: {
        ...open,
        operationId: 'health',
        summary: 'Whether this node takes work',
        responses: {
          '200': { description: 'It does.' },
          '503': { description: 'It is going away, or cannot store.' },
          ...refusals(['405']),
        },
      },
    },
    '/openapi.json': {
      get: {
        ...open,
        operationId: 'openapi',
        summary: 'This document',
        responses: { '200': { description: 'OpenAPI 3.1.' }, ...refusals(['405']) },
      },
    },
  };
}

/** One response for each status, naming the codes that come with it. */
function problemResponses(): Record<string, unknown> {
  const byStatus = new Map<number, string[]>();
  for (const [code, { status }] of Object.entries(problems)) byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      `Problem${status}`,
      {
        description: `One of: ${codes.join(', ')}.`,
        content: { 'application/problem+json': { schema: component('schemas', 'Problem') } },
      },
    ]),
  );
}
