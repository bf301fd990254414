/** What communication clients ask for. */
import { applicationPattern } from '../../protocol/limits.ts';
import { always, body, component, json, refusals } from './operations.ts';

const receive = { tags: ['receive'], security: [{ client: [] }] };
const onBody = [...always, '400', '413', '415', '501'];

/** Events of a stream, as text. */
const events = { schema: { type: 'string', description: 'One answer after another (PollAnswer), until an `end`.' } };

/** The operations of receiving, by path. */
export function receivePaths(): Record<string, unknown> {
  return {
    '/poll': {
      post: {
        ...receive,
        operationId: 'poll',
        summary: 'Acknowledge, and receive for many applications at once',
        requestBody: body(component('schemas', 'PollRequest')),
        responses: {
          '200': {
            description: 'Messages, gaps, advice or errors, by application; a stream of them where `Accept` asks for one.',
            content: {
              'application/json': { schema: component('schemas', 'PollAnswer') },
              'text/event-stream': events,
              'application/x-ndjson': events,
            },
          },
          '204': { description: 'Nothing came within the wait; the cursors stand.' },
          ...refusals([...onBody, '409', '429']),
        },
      },
    },
    '/stream': { get: stream() },
    '/ack': {
      post: {
        ...receive,
        operationId: 'acknowledge',
        summary: 'Acknowledge without reading',
        requestBody: body(component('schemas', 'AcknowledgeRequest')),
        responses: {
          '200': json('AcknowledgeAnswer', 'Some could not be acknowledged; the others were.'),
          '204': { description: 'All were acknowledged.' },
          ...refusals([...onBody, '404']),
        },
      },
    },
    '/ticket': {
      post: {
        ...receive,
        operationId: 'ticket',
        summary: 'Get a ticket for one stream, since an EventSource cannot send a header',
        responses: { '200': json('Ticket', 'Good for one stream, on this server.'), ...refusals(always) },
      },
    },
    '/session/{id}': {
      delete: {
        ...receive,
        operationId: 'goodbye',
        summary: 'End a session',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: { '204': { description: 'The session is no more; the same for an unknown one.' }, ...refusals(always) },
      },
    },
  };
}

function stream(): unknown {
  return {
    ...receive,
    // A ticket stands for the credential.
    security: [{ client: [] }, {}],
    operationId: 'stream',
    summary: 'Receive as an EventSource does',
    parameters: [
      {
        name: 'app',
        in: 'query',
        required: true,
        schema: { type: 'array', minItems: 1, items: { type: 'string', pattern: applicationPattern.source } },
      },
      { name: 'ticket', in: 'query', schema: { type: 'string' } },
      { name: 'Last-Event-ID', in: 'header', schema: { type: 'string', maxLength: 4096 } },
    ],
    responses: {
      '200': { description: 'Server-sent events.', content: { 'text/event-stream': events } },
      ...refusals([...always, '400', '429']),
    },
  };
}
