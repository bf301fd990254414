/** JSON Schemas of what the portal's applications send, by application and type: the console's form is made from them. */

const call = {
  type: 'object',
  title: 'A call',
  required: ['id', 'version', 'agent', 'desk', 'caller', 'subject', 'state', 'offeredMs'],
  properties: {
    id: { type: 'string', description: 'Which call; a new id is a new call', examples: ['call-from-console'] },
    version: { type: 'integer', minimum: 1, description: 'Grows with each change; an older one is ignored', default: 1 },
    agent: { type: 'string', description: 'Whose phone rings: the recipient', examples: ['alice'] },
    desk: { type: 'string', examples: ['Service'] },
    caller: {
      type: 'object',
      required: ['name', 'town', 'number'],
      properties: {
        name: { type: 'string', examples: ['Ines Albrecht'] },
        town: { type: 'string', examples: ['Lisbon'] },
        number: { type: 'string', examples: ['+351 21 555 0142'] },
      },
    },
    subject: { type: 'string', examples: ['A question about the last delivery'] },
    state: { enum: ['ringing', 'talking', 'ended'] },
    offeredMs: { type: 'integer', description: 'When it began to ring, in milliseconds since 1970' },
    takenMs: { type: 'integer' },
    takenOn: { enum: ['portal', 'desk phone'] },
    endedMs: { type: 'integer' },
    outcome: { enum: ['completed', 'hung up', 'declined', 'passed on'] },
  },
};

const headline = {
  type: 'object',
  title: 'A headline',
  required: ['id', 'section', 'title', 'summary', 'author', 'publishedMs'],
  properties: {
    id: { type: 'string', examples: ['headline-from-console'] },
    section: { enum: ['Company', 'People', 'Products', 'Operations', 'Workshop'] },
    title: { type: 'string', examples: ['The canteen opens at eleven tomorrow'] },
    summary: { type: 'string', examples: ['The kitchen tries its new oven.'] },
    author: { type: 'string', examples: ['Newsroom'] },
    publishedMs: { type: 'integer', description: 'In milliseconds since 1970' },
  },
};

/** @type {Readonly<Record<string, Readonly<Record<string, object>>>>} */
export const messageSchemas = {
  calls: { 'call.offered': call, 'call.taken': call, 'call.ended': call },
  orders: {
    'order.changed': {
      title: 'An order changed',
      description: 'Of the kind fetch: it carries no data, it names the order to fetch.',
    },
  },
  news: { headline },
};
