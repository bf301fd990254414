/** For whom CloudEvents are, and what is handed on of them: protocol §9.12, §9.13. */
import { problemOf, publishAnswerOf } from '../answer.ts';
import { bareEvent, batch, cloudEvent, eventHeaders, sendTo, structured } from '../events.ts';
import type { WireCase } from '../wire.ts';

/** What an event says of itself: what is refused, and the attribute that is named. */
const wrong: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
  ['no addressee', { polluxrecipient: undefined }, 'polluxrecipient'],
  ['an addressee that is unset', { polluxrecipient: null }, 'polluxrecipient'],
  ['two addressees', { polluxgroup: 'sales' }, 'polluxrecipient'],
  ['an empty recipient', { polluxrecipient: '' }, 'polluxrecipient'],
  ['a recipient that is a list', { polluxrecipient: ['alice', 'bob'] }, 'polluxrecipient'],
  ['everyone: false', { polluxrecipient: undefined, polluxeveryone: false }, 'polluxeveryone'],
  ['ttl 0', { polluxttl: 0 }, 'polluxttl'],
  ['a ttl in words', { polluxttl: '1h' }, 'polluxttl'],
  ['an unknown urgency', { polluxurgency: 'urgent' }, 'polluxurgency'],
  ['a topic that is too long', { polluxtopic: 'x'.repeat(257) }, 'polluxtopic'],
  ['an id that is a number', { id: 7 }, 'id'],
  ['no source', { source: undefined }, 'source'],
  ['an attribute that is an object', { subject: { a: 1 } }, 'subject'],
  ['an attribute with a control character', { subject: 'a\nb' }, 'subject'],
  ['a name in capitals', { Subject: 'a' }, 'Subject'],
  ['data that is not JSON', { datacontenttype: 'text/html', data: '<p>' }, 'data'],
  ['binary data', { data: undefined, data_base64: 'AA==' }, 'data'],
  ['data twice', { data_base64: 'AA==' }, 'data_base64'],
];

const wrongQueries: readonly (readonly [string, string])[] = [
  ['?recipient=alice&recipient=bob', 'recipient'],
  ['?recipient=alice&group=sales', 'recipient'],
  ['?everyone=yes', 'everyone'],
  ['?recipient=', 'recipient'],
  ['?recipient=alice&ttl=1.5', 'ttl'],
  ['?recipient=alice&urgency=urgent', 'urgency'],
  ['?recipient=alice&topic=%00', 'topic'],
  ['?recipient=alice&deliver=all', 'deliver'],
];

export const cloudEventTerms: readonly WireCase[] = [
  ...wrong.map(
    ([title, members, field]): WireCase => ({
      clause: '9.13',
      title: `an event is refused: ${title}`,
      run: async ({ client, publisher, expect }) => {
        const answer = await publisher().send(cloudEvent(members), structured);
        expect([answer.status, problemOf(answer).code, problemOf(answer).field]).toEqual([400, 'invalid-field', field]);
        expect((await client('alice').poll()).data('orders')).toEqual([]);
      },
    }),
  ),
  {
    clause: '9.13',
    title: 'an event names a recipient, a group or everyone, and its delivery, by attributes or headers',
    run: async ({ clientWith, publisher, expect }) => {
      const alice = clientWith('alice', { groups: ['sales'] });
      await alice.poll();
      const sent = [
        await publisher().send(bareEvent({ polluxgroup: 'sales', polluxttl: 60, polluxurgency: 'high' }), structured),
        await publisher().send(bareEvent({ polluxeveryone: true, polluxttl: '70' }), structured),
        await publisher().send('1', { ...eventHeaders({ 'ce-polluxtopic': 'o%207', 'ce-polluxttl': '80' }) }),
      ];
      expect(sent.map((answer) => publishAnswerOf(answer).accepted[0]?.ttl)).toEqual([60, 70, 80]);
      const found = (await alice.poll()).messages('orders');
      expect(found.map(({ urgency, topic }) => `${urgency ?? ''}/${topic ?? ''}`).sort()).toEqual(['/', '/o 7', 'high/']);
    },
  },
  {
    clause: '9.13',
    title: 'the URL says what an event does not, and an event that addresses itself stands above it',
    run: async (wire) => {
      const items = [
        bareEvent({ id: '1', data: 1 }),
        bareEvent({ id: '2', data: 2, polluxrecipient: 'bob', polluxttl: 70 }),
        bareEvent({ id: '3', data: 3, polluxtopic: 'own' }),
      ];
      const answer = await sendTo(wire, '?recipient=alice&ttl=60&urgency=low&topic=url', items, batch);
      const { accepted } = publishAnswerOf(answer);
      wire.expect(accepted.map(({ recipient, ttl }) => [recipient, ttl])).toEqual([
        ['alice', 60],
        ['bob', 70],
        ['alice', 60],
      ]);
      const alice = (await wire.client('alice').poll()).messages('orders');
      wire.expect(alice.map(({ topic, urgency }) => [topic, urgency])).toEqual([
        ['url', 'low'],
        ['own', 'low'],
      ]);
      wire.expect((await wire.client('bob').poll()).data('orders')).toEqual([2]);
    },
  },
  {
    clause: '9.13',
    title: 'the URL of a sink may name a group or everyone',
    run: async (wire) => {
      const alice = wire.clientWith('alice', { groups: ['a b'] });
      await alice.poll();
      const group = await sendTo(wire, '?group=a+b', bareEvent({ data: 1 }));
      const everyone = await sendTo(wire, '?everyone=true&unknown=1', bareEvent({ data: 2 }));
      wire.expect([group.status, everyone.status]).toEqual([202, 202]);
      wire.expect([...(await alice.poll()).data('orders')].sort()).toEqual([1, 2]);
    },
  },
  {
    clause: '9.13',
    title: 'a wrong query is refused by name, and nothing is stored',
    run: async (wire) => {
      for (const [query, field] of wrongQueries) {
        const answer = await sendTo(wire, query, bareEvent());
        wire
          .expect([query, answer.status, problemOf(answer).code, problemOf(answer).field])
          .toEqual([query, 400, 'invalid-field', field]);
      }
      wire.expect((await wire.client('alice').poll()).data('orders')).toEqual([]);
    },
  },
  {
    clause: '9.13',
    title: 'the query means nothing to a plain notification',
    run: async (wire) => {
      const body = { to: { recipients: ['bob'] }, kind: 'direct', type: 't', data: 1 };
      const json = { 'content-type': 'application/json' };
      wire.expect((await sendTo(wire, '?recipient=alice&ttl=0&deliver=event', body, json)).status).toBe(202);
      wire.expect((await wire.client('alice').poll()).data('orders')).toEqual([]);
      wire.expect((await wire.client('bob').poll()).data('orders')).toEqual([1]);
    },
  },
  {
    clause: '9.12',
    title: 'deliver=event hands on the whole event, without what addressed it',
    run: async (wire) => {
      const event = cloudEvent({ polluxttl: 60, subject: '7', level: 3, unset: null });
      wire.expect((await sendTo(wire, '?deliver=event', event)).status).toBe(202);
      const again = await sendTo(wire, '?deliver=event', Object.fromEntries(Object.entries(event).reverse()));
      wire.expect(publishAnswerOf(again).accepted[0]?.duplicate).toBe(true);
      wire.expect((await wire.client('alice').poll()).data('orders')).toEqual([bareEvent({ subject: '7', level: 3 })]);
    },
  },
  {
    clause: '9.12',
    title: 'data that is not JSON is handed on with the whole event: as text, or in Base64',
    run: async (wire) => {
      const bodies: readonly (readonly [string, string | Uint8Array, Readonly<Record<string, unknown>>])[] = [
        ['text/html; charset=utf-8', '<p>é</p>', { data: '<p>é</p>' }],
        ['application/xml', '<a/>', { data: '<a/>' }],
        ['image/png', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0xff]), { data_base64: 'iVBORwD/' }],
        ['application/octet-stream', 'text', { data_base64: 'dGV4dA==' }],
        ['text/html; charset=iso-8859-1', new Uint8Array([0xe9]), { data_base64: '6Q==' }],
        ['application/json', '{"n":7}', { data: { n: 7 } }],
      ];
      for (const [index, [type, body]] of bodies.entries()) {
        const headers = eventHeaders({ 'content-type': type, 'ce-id': String(index) });
        wire.expect([type, (await sendTo(wire, '?deliver=event', body, headers)).status]).toEqual([type, 202]);
        if (type === 'application/json') continue;
        const refused = await wire.publisher().send(body, headers);
        wire.expect([type, refused.status, problemOf(refused).field]).toEqual([type, 400, 'data']);
        wire.expect(problemOf(refused).detail ?? '').toMatch(/deliver=event/);
      }
      const { data: _data, ...bare } = bareEvent();
      const expected = bodies.map(([datacontenttype, , data], index) => ({
        ...bare,
        id: String(index),
        datacontenttype,
        ...data,
      }));
      wire.expect((await wire.client('alice').poll()).data('orders')).toEqual(expected);
    },
  },
  {
    clause: '9.12',
    title: "an event's data is held to the application's contract",
    options: {
      applications: {
        typed: {
          validate: (_type, data) => (typeof data === 'number' ? undefined : { path: 'total', detail: 'must be a number' }),
        },
      },
    },
    run: async ({ publisher, expect }) => {
      expect((await publisher('typed').send('1', eventHeaders())).status).toBe(202);
      const answer = await publisher('typed').send('"x"', eventHeaders({ 'ce-id': 'e-2' }));
      expect([answer.status, problemOf(answer).code, problemOf(answer).field]).toEqual([422, 'contract-mismatch', 'data.total']);
    },
  },
];
