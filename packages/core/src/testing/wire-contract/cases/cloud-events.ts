/** CloudEvents: their modes, and the notifications that they become: protocol §9.11, §9.12. */
import { problemOf, publishAnswerOf } from '../answer.ts';
import { batch, cloudEvent, eventHeaders, sendTo, structured } from '../events.ts';
import type { WireCase } from '../wire.ts';

const structuredTypes: readonly string[] = [
  'application/cloudevents+json',
  'application/cloudevents+json; charset=utf-8',
  'Application/CloudEvents+JSON;charset="UTF-8"',
];

const unknownFormats: readonly string[] = [
  'application/cloudevents',
  'application/cloudevents+avro',
  'application/cloudevents+protobuf',
  'application/cloudevents-batch+avro',
  'application/cloudevents-batch',
  'application/cloudevents+json; charset=utf-16',
  'application/cloudevents+jsonx',
];

const unasked: readonly string[] = [
  'text/plain',
  'Text/Plain;charset=UTF-8',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
];

/** Of headers in binary mode: what is refused, and the attribute that is named. */
const wrongHeaders: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  ['another version', { 'ce-specversion': '0.3' }, 'specversion'],
  ['no id', { 'ce-id': '' }, 'id'],
  ['bytes that are an overlong space', { 'ce-subject': 'a%C0%A0b' }, 'subject'],
  ['half a percent sequence', { 'ce-subject': '100%' }, 'subject'],
  ['an encoded line break', { 'ce-subject': 'a%0D%0Ab' }, 'subject'],
  ['an encoded NUL in the id', { 'ce-id': 'a%00' }, 'id'],
  ['a name with a hyphen', { 'ce-my-extension': 'x' }, 'my-extension'],
  ['datacontenttype beside Content-Type', { 'ce-datacontenttype': 'application/json' }, 'datacontenttype'],
  ['data as a header', { 'ce-data': '1' }, 'data'],
  ['a type beyond 256 bytes', { 'ce-type': 'x'.repeat(257) }, 'type'],
];

const modes: readonly WireCase[] = [
  {
    clause: '9.11',
    title: 'an event in structured mode is a notification of its type and data',
    run: async ({ client, publisher, expect }) => {
      for (const [index, type] of structuredTypes.entries()) {
        const answer = await publisher().send(cloudEvent({ id: `e-${index}` }), { 'content-type': type });
        expect([type, answer.status]).toEqual([type, 202]);
      }
      const found = (await client('alice').poll()).messages('orders');
      const told = found.map((message) => (message.kind === 'direct' ? [message.type, message.data] : message.kind));
      expect(told).toEqual(structuredTypes.map(() => ['order.changed', { n: 7 }]));
    },
  },
  {
    clause: '9.11',
    title: 'an event in binary mode is a notification of its headers and body',
    run: async ({ client, publisher, expect }) => {
      expect((await publisher().send('{ "n": 7,\r\n "big": 12345678901234567890 }', eventHeaders())).status).toBe(202);
      const other = eventHeaders({ 'content-type': 'application/vnd.shop+json; charset=UTF-8', 'ce-id': 'e-2' });
      expect((await publisher().send('"told"', other)).status).toBe(202);
      const polled = await client('alice').poll();
      expect(polled.data('orders').map((data) => (typeof data === 'string' ? data : Object.keys(data ?? {})))).toEqual([
        ['n', 'big'],
        'told',
      ]);
      expect(polled.answer.text.includes('12345678901234567890')).toBe(true);
    },
  },
  {
    clause: '9.11',
    title: "an attribute's header is unquoted and percent-decoded, once",
    run: async (wire) => {
      const headers = eventHeaders({
        'ce-subject': 'Euro%20%E2%82%AC%20%f0%9f%98%80',
        'ce-note': '%2541',
        'ce-old': '"a \\"b\\" c"',
        'ce-polluxrecipient': 'zo%C3%AB',
      });
      wire.expect((await sendTo(wire, '?deliver=event', '1', headers)).status).toBe(202);
      const [event] = (await wire.client('zoë').poll()).data('orders') as readonly Readonly<Record<string, unknown>>[];
      wire.expect([event?.['subject'], event?.['note'], event?.['old']]).toEqual(['Euro € 😀', '%41', 'a "b" c']);
    },
  },
  {
    clause: '9.11',
    title: 'a batch is an array of events, in order; a wrong one is refused by index, the others stored',
    run: async ({ client, publisher, expect }) => {
      const items = [
        cloudEvent({ id: '0', data: 0 }),
        cloudEvent({ id: '1', specversion: '0.3' }),
        cloudEvent({ id: '2', polluxttl: 0 }),
        'x',
        cloudEvent({ id: '4', data: [4] }),
        cloudEvent({ id: '5', polluxrecipient: null }),
      ];
      const answer = await publisher().send(items, batch);
      const { accepted, refused = [] } = publishAnswerOf(answer);
      expect(accepted.length).toBe(2);
      expect(refused.map(({ index, problem }) => [index, problem.code, problem.field])).toEqual([
        [1, 'invalid-field', '1.specversion'],
        [2, 'invalid-field', '2.polluxttl'],
        [3, 'invalid-field', '3'],
        [5, 'invalid-field', '5.polluxrecipient'],
      ]);
      expect((await client('alice').poll()).data('orders')).toEqual([0, [4]]);
    },
  },
  {
    clause: '9.11',
    title: 'one event where a batch is said, a batch where one is said, and no events are refused',
    run: async ({ client, publisher, expect }) => {
      for (const [body, headers] of [
        [cloudEvent(), batch] as const,
        [[cloudEvent()], structured] as const,
        [[], batch] as const,
      ]) {
        const answer = await publisher().send(body, headers);
        expect([answer.status, problemOf(answer).code, problemOf(answer).field]).toEqual([400, 'invalid-field', 'body']);
      }
      expect((await client('alice').poll()).data('orders')).toEqual([]);
    },
  },
  {
    clause: '9.11',
    title: 'another format of events is 415, and the answer says which are taken',
    run: async ({ client, publisher, expect }) => {
      for (const type of unknownFormats) {
        const answer = await publisher().send(cloudEvent(), eventHeaders({ 'content-type': type }));
        expect([type, answer.status, problemOf(answer).code]).toEqual([type, 415, 'unsupported-media-type']);
        expect(problemOf(answer).detail ?? '').toMatch(/application\/cloudevents\+json/);
      }
      expect((await client('alice').poll()).data('orders')).toEqual([]);
    },
  },
  {
    clause: '9.11',
    title: 'an event in binary mode is 415 with a media type that a page may send without asking, or none',
    run: async (wire) => {
      for (const type of unasked) {
        const answer = await wire.publisher().send('1', eventHeaders({ 'content-type': type }));
        wire.expect([type, answer.status, problemOf(answer).code]).toEqual([type, 415, 'unsupported-media-type']);
        wire.expect((await sendTo(wire, '?deliver=event', '1', eventHeaders({ 'content-type': type }))).status).toBe(415);
      }
      const { 'content-type': _type, ...headers } = { ...wire.peer.publisher('orders'), ...eventHeaders() };
      const body = new TextEncoder().encode('1');
      const answer = await wire.send('POST', '/applications/orders/notifications', { headers, body });
      wire.expect([answer.status, problemOf(answer).code]).toEqual([415, 'unsupported-media-type']);
      wire.expect((await wire.client('alice').poll()).data('orders')).toEqual([]);
    },
  },
  ...wrongHeaders.map(
    ([title, headers, field]): WireCase => ({
      clause: '9.11',
      title: `an event in binary mode is refused: ${title}`,
      run: async ({ client, publisher, expect }) => {
        const answer = await publisher().send('1', eventHeaders(headers));
        expect([answer.status, problemOf(answer).code, problemOf(answer).field]).toEqual([400, 'invalid-field', field]);
        expect((await client('alice').poll()).data('orders')).toEqual([]);
      },
    }),
  ),
];

export const cloudEvents: readonly WireCase[] = [
  ...modes,
  {
    clause: '9.11',
    title: 'an event is held to the bounds and the credential of a notification',
    options: { limits: { publishBytes: 1000, messageBytes: 300 } },
    run: async ({ client, publisher, send, expect }) => {
      const path = '/applications/orders/notifications';
      expect((await send('POST', path, { headers: eventHeaders(), body: '1' })).status).toBe(401);
      const long = await publisher().send(JSON.stringify('x'.repeat(400)), eventHeaders());
      expect([long.status, problemOf(long).code]).toEqual([413, 'message-too-large']);
      const huge = await publisher().send(JSON.stringify('x'.repeat(1000)), eventHeaders());
      expect([huge.status, problemOf(huge).code]).toEqual([413, 'payload-too-large']);
      const deep = await publisher().send('['.repeat(40) + ']'.repeat(40), eventHeaders());
      expect([deep.status, problemOf(deep).code]).toEqual([400, 'json-too-deep']);
      const cut = await publisher().send('{"n":', eventHeaders());
      expect([cut.status, problemOf(cut).code]).toEqual([400, 'malformed-json']);
      expect((await client('alice').poll()).data('orders')).toEqual([]);
    },
  },
  {
    clause: '9.12',
    title: 'an event that is delivered twice is stored once, in whatever mode it comes',
    run: async ({ client, publisher, expect }) => {
      const sent = [
        await publisher().send(cloudEvent(), structured),
        await publisher().send('{"n":7}', eventHeaders()),
        await publisher().send([cloudEvent()], batch),
        await publisher().send(cloudEvent({ id: 'e-2' }), structured),
        await publisher().send(cloudEvent({ source: '/other' }), structured),
      ];
      expect(sent.map((answer) => publishAnswerOf(answer).accepted[0]?.duplicate ?? false)).toEqual([
        false,
        true,
        true,
        false,
        false,
      ]);
      expect((await client('alice').poll()).data('orders').length).toBe(3);
    },
  },
  {
    clause: '9.12',
    title: 'an event without data tells null',
    run: async ({ client, publisher, expect }) => {
      expect((await publisher().send(cloudEvent({ data: undefined }), structured)).status).toBe(202);
      expect((await publisher().send('', eventHeaders({ 'ce-id': 'e-2' }))).status).toBe(202);
      expect((await client('alice').poll()).data('orders')).toEqual([null, null]);
    },
  },
];
