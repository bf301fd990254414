/** What publishers send and are told, as JSON Schema. */
import type { Limits } from '../../protocol/limits.ts';
import { urgencies } from '../../protocol/types.ts';
import { name, ref } from './pieces.ts';

/** Schemas of publishing, by name. */
export function publishSchemas(limits: Limits): Record<string, unknown> {
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
