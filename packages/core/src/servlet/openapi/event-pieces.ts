/** Publishing by CloudEvents: bodies, and what the query and headers say of an event. */
import { urgencies } from '../../protocol/types.ts';
import { batchType, structuredType } from '../cloud-events/content-mode.ts';
import { component } from './operations.ts';
import { name, ref } from './pieces.ts';

const ttl = { type: 'integer', minimum: 1 };
const urgency = { enum: urgencies };

/** The schemas of an event. */
export function eventSchemas(): Record<string, unknown> {
  const text = { type: 'string', minLength: 1 };
  return {
    CloudEvent: {
      type: 'object',
      description: 'An event of CloudEvents 1.0 in the JSON format. Its type and data become those of a notification.',
      required: ['specversion', 'id', 'source', 'type'],
      properties: {
        specversion: { const: '1.0' },
        id: text,
        source: text,
        type: name,
        datacontenttype: { type: 'string', default: 'application/json' },
        data: { description: 'Any JSON value; with another datacontenttype a text, handed on with deliver=event only.' },
        data_base64: { type: 'string', contentEncoding: 'base64', description: 'Handed on with deliver=event only.' },
        polluxrecipient: name,
        polluxgroup: name,
        polluxeveryone: { enum: [true, 'true'] },
        polluxttl: { type: ['integer', 'string'], minimum: 1, pattern: '^[0-9]+$' },
        polluxurgency: urgency,
        polluxtopic: name,
      },
      additionalProperties: { type: ['string', 'integer', 'boolean', 'null'] },
    },
  };
}

/** The media types of a publish beside JSON. */
export function eventContent(): Record<string, unknown> {
  return {
    [structuredType]: { schema: component('schemas', 'CloudEvent') },
    [batchType]: { schema: { type: 'array', minItems: 1, items: ref('CloudEvent') } },
    '*/*': {
      schema: {
        description:
          'The data of an event in binary mode, whose attributes are headers that begin with ce-. Not text/plain, and no type of a form.',
      },
    },
  };
}

/** Parameters that only an event heeds. */
export function eventParameters(): readonly unknown[] {
  const query = (named: string, schema: unknown, description: string): unknown => ({
    name: named,
    in: 'query',
    schema,
    description: `${description} Heeded for CloudEvents only.`,
  });
  const attribute = (named: string, description: string): unknown => ({
    name: `ce-${named}`,
    in: 'header',
    schema: { type: 'string' },
    description,
  });
  return [
    query('recipient', name, 'The recipient of events that do not address themselves.'),
    query('group', name, 'The group of events that do not address themselves.'),
    query('everyone', { const: 'true' }, 'Events that do not address themselves are for everyone.'),
    query('ttl', ttl, 'The ttl of events without polluxttl.'),
    query('urgency', urgency, 'The urgency of events without polluxurgency.'),
    query('topic', name, 'The topic of events without polluxtopic.'),
    query('deliver', { enum: ['data', 'event'], default: 'data' }, "What clients get: the event's data, or the whole event."),
    attribute('specversion', 'Tells an event in binary mode: 1.0. Every attribute is a header like this, percent-encoded.'),
    attribute('id', 'With the source it names an event once.'),
    attribute('source', 'Where the event comes from.'),
    attribute('type', "The notification's type."),
  ];
}
