/** The wire's types as JSON Schema, for `openapi.json`. */
import type { Limits } from '../../protocol/limits.ts';
import { nameBytes } from '../../protocol/limits.ts';
import { problems } from '../../protocol/problem.ts';
import { urgencies } from '../../protocol/types.ts';

const ref = (name: string): { readonly $ref: string } => ({ $ref: `#/components/schemas/${name}` });
const name = {
  type: 'string',
  minLength: 1,
  maxLength: nameBytes,
  description: `1 to ${nameBytes} bytes of UTF-8, no control characters, compared exactly.`,
};
const cursor = { type: 'string', description: 'Opaque. Returning it acknowledges everything up to it.' };
const seconds = { type: 'number', minimum: 0 };

/** Every schema by its name. */
export function wireSchemas(limits: Limits): Readonly<Record<string, unknown>> {
  return { ...requestSchemas(limits), ...answerSchemas(), ...publishSchemas(limits) };
}

function requestSchemas(limits: Limits): Record<string, unknown> {
  return {
    PollRequest: {
      type: 'object',
      required: ['applications'],
      properties: {
        v: { const: 1 },
        session: { type: 'string', description: 'As the last answer named it; left out at the first poll.' },
        seq: { type: 'integer', minimum: 0, description: 'Grows by one with every poll of this session; a retry repeats it.' },
        wait: {
          ...seconds,
          description: `Seconds to hold the request when there is nothing; at most ${limits.holdSeconds} are granted.`,
          default: 0,
        },
        applications: {
          type: 'object',
          maxProperties: limits.applicationsPerSession,
          additionalProperties: ref('PollApplication'),
        },
        failed: {
          type: 'array',
          maxItems: 100,
          items: {
            type: 'object',
            required: ['id', 'reason'],
            properties: { id: { type: 'string' }, reason: { type: 'string' } },
          },
        },
      },
    },
    PollApplication: {
      type: 'object',
      required: ['cursor'],
      properties: {
        cursor: { ...cursor, type: ['string', 'null'], description: 'Handled up to; null at the first poll.' },
        read: { ...cursor, type: ['string', 'null'], description: 'Received up to; the cursor where it is left out.' },
        maxDelay: {
          ...seconds,
          description: "Seconds that this application's messages may wait before they alone end a held poll.",
        },
        last: {
          type: 'integer',
          minimum: 0,
          maximum: 1000,
          description: 'At a first poll: how many of the newest group and everyone messages to start with.',
        },
      },
    },
  };
}

function answerSchemas(): Record<string, unknown> {
  const message = {
    id: { type: 'string' },
    cursor,
    urgency: { enum: urgencies },
    topic: name,
    acceptedMs: { type: 'integer', description: 'Milliseconds since 1970.' },
  };
  return {
    PollAnswer: {
      type: 'object',
      required: ['session'],
      properties: {
        session: { type: 'string' },
        advice: ref('Advice'),
        applications: { type: 'object', additionalProperties: { oneOf: [ref('Section'), ref('RefusedSection')] } },
        more: { const: true, description: 'More is waiting: poll again at once.' },
      },
    },
    Section: {
      type: 'object',
      required: ['cursor'],
      properties: { cursor, messages: { type: 'array', items: ref('Message') }, gap: ref('Gap'), more: { const: true } },
    },
    RefusedSection: { type: 'object', required: ['error'], properties: { error: ref('Problem') } },
    Message: {
      oneOf: [
        {
          type: 'object',
          required: ['id', 'cursor', 'kind', 'type', 'data'],
          properties: { ...message, kind: { const: 'direct' }, type: name, data: {} },
        },
        {
          type: 'object',
          required: ['id', 'cursor', 'kind', 'type', 'fetch'],
          properties: { ...message, kind: { const: 'fetch' }, type: name, fetch: ref('FetchInstruction') },
        },
        {
          type: 'object',
          required: ['id', 'cursor', 'kind', 'of'],
          properties: { ...message, kind: { const: 'withdrawn' }, of: { type: 'string' } },
        },
      ],
    },
    Gap: {
      type: 'object',
      required: ['losses'],
      properties: {
        losses: {
          type: 'array',
          items: {
            type: 'object',
            required: ['reason'],
            properties: {
              reason: { enum: ['expired', 'overflow', 'reset', 'purged', 'parked', 'acknowledged'] },
              count: { type: 'integer', minimum: 1 },
            },
          },
        },
      },
    },
    Advice: {
      type: 'object',
      properties: { interval: seconds, wait: seconds, mode: { enum: ['stream', 'long-poll', 'short-poll'] }, drain: seconds },
    },
    Problem: {
      type: 'object',
      description: 'RFC 9457.',
      required: ['type', 'code', 'title', 'status'],
      properties: {
        type: { type: 'string', format: 'uri' },
        code: { enum: Object.keys(problems) },
        title: { type: 'string' },
        status: { type: 'integer' },
        detail: { type: 'string' },
        field: { type: 'string', description: 'The field at fault, as a dotted path.' },
        retryAfter: seconds,
      },
    },
  };
}

function publishSchemas(limits: Limits): Record<string, unknown> {
  return {
    FetchInstruction: {
      type: 'object',
      required: ['href'],
      properties: {
        href: { type: 'string', maxLength: 2048 },
        version: name,
        spread: { type: 'number', minimum: 0, maximum: 60 },
      },
    },
    Notification: {
      type: 'object',
      required: ['to', 'kind', 'type'],
      properties: {
        to: {
          oneOf: [
            {
              type: 'object',
              required: ['recipients'],
              properties: { recipients: { type: 'array', minItems: 1, maxItems: limits.publishRecipients, items: name } },
            },
            { type: 'object', required: ['group'], properties: { group: name } },
            { type: 'object', required: ['everyone'], properties: { everyone: { const: true } } },
          ],
        },
        kind: { enum: ['direct', 'fetch'] },
        type: name,
        data: { description: 'The payload of a direct notification: any JSON value.' },
        fetch: ref('FetchInstruction'),
        ttl: {
          type: 'integer',
          minimum: 1,
          default: limits.ttlSeconds,
          description: `Seconds that it may wait; at most ${limits.ttlMaxSeconds} are granted.`,
        },
        urgency: { enum: urgencies, default: 'normal' },
        topic: name,
        key: name,
      },
    },
    PublishAnswer: {
      type: 'object',
      required: ['grade', 'accepted'],
      properties: {
        grade: { enum: ['memory', 'disk', 'redis'] },
        accepted: {
          type: 'array',
          items: {
            type: 'object',
            required: ['id', 'ttl', 'waiting'],
            properties: {
              id: { type: 'string' },
              recipient: name,
              ttl: { type: 'integer' },
              waiting: { type: 'integer' },
              duplicate: { const: true },
            },
          },
        },
        refused: {
          type: 'array',
          items: {
            type: 'object',
            required: ['index', 'problem'],
            properties: { index: { type: 'integer' }, recipient: name, problem: ref('Problem') },
          },
        },
      },
    },
    DeliveryStatus: {
      type: 'object',
      required: ['id', 'application', 'address', 'state', 'code', 'why', 'sessions'],
      properties: {
        id: { type: 'string' },
        application: { type: 'string' },
        address: { type: 'object', required: ['kind'], properties: { kind: { enum: ['recipient', 'group', 'everyone'] }, name } },
        state: {
          enum: [
            'pending',
            'delivered',
            'acknowledged',
            'expired',
            'overflow',
            'collapsed',
            'withdrawn',
            'parked',
            'purged',
            'erased',
            'unknown',
          ],
        },
        code: {
          enum: [
            'no-session',
            'not-polled',
            'between-polls',
            'waiting-for-max-delay',
            'queued-behind',
            'not-acknowledged',
            'parked',
            'ended',
          ],
        },
        why: { type: 'string' },
        sessions: {
          type: 'array',
          items: {
            type: 'object',
            required: ['session', 'recipient', 'state'],
            properties: {
              session: { type: 'string' },
              recipient: name,
              state: { enum: ['not-registered', 'waiting', 'delivered', 'acknowledged'] },
            },
          },
        },
      },
    },
  };
}
