/** The wire's types as JSON Schema, for `openapi.json`. */
import type { Limits } from '../../protocol/limits.ts';
import { problems } from '../../protocol/problem.ts';
import { urgencies } from '../../protocol/types.ts';
import { eventSchemas } from './event-pieces.ts';
import { cursor, name, ref, seconds } from './pieces.ts';
import { publishSchemas } from './publish-schemas.ts';

/** Every schema by its name. */
export function wireSchemas(limits: Limits): Readonly<Record<string, unknown>> {
  return { ...requestSchemas(limits), ...answerSchemas(), ...publishSchemas(limits), ...eventSchemas() };
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
          description: `Those beyond ${limits.applicationsPerSession} get an error of their own.`,
          additionalProperties: ref('PollApplication'),
        },
        failed: {
          type: 'array',
          maxItems: 100,
          items: {
            type: 'object',
            required: ['id'],
            properties: {
              id: { type: 'string' },
              reason: { type: 'string' },
              park: { type: 'boolean', default: true, description: 'false: it is told, and counts as handled.' },
            },
          },
        },
      },
    },
    AcknowledgeRequest: {
      type: 'object',
      required: ['session', 'applications'],
      properties: {
        v: { const: 1 },
        session: { type: 'string' },
        applications: { type: 'object', additionalProperties: cursor },
      },
    },
    PollApplication: {
      type: 'object',
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
        recipient: { type: 'string', description: 'Where this poll opened the session: a tag of its recipient, not its name.' },
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
    AcknowledgeAnswer: {
      type: 'object',
      required: ['applications'],
      properties: { applications: { type: 'object', additionalProperties: ref('RefusedSection') } },
    },
    Ticket: {
      type: 'object',
      required: ['ticket', 'expires'],
      properties: { ticket: { type: 'string' }, expires: { ...seconds, description: 'Seconds that it is good for.' } },
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
      properties: {
        interval: seconds,
        wait: seconds,
        mode: { enum: ['stream', 'long-poll', 'short-poll'] },
        drain: seconds,
        hidden: seconds,
      },
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
