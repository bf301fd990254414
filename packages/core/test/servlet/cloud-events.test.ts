/** Events as they come over HTTP, where the wire contract cannot look: raw headers, encodings, the one order of members. */
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../src/protocol/problem.ts';
import { isProblem } from '../../src/protocol/requests.ts';
import { decodeHeader, readBinaryEvent } from '../../src/servlet/cloud-events/binary-event.ts';
import { contentMode } from '../../src/servlet/cloud-events/content-mode.ts';
import { type Defaults, readDefaults } from '../../src/servlet/cloud-events/delivery.ts';
import { notificationOfEvent } from '../../src/servlet/cloud-events/event-notification.ts';
import type { Exchange } from '../../src/servlet/exchange.ts';

const bounds = { depth: 32, keys: 1000 };

function requestWith(headers: Readonly<Record<string, string>>): Exchange {
  const unused = (): never => {
    throw new Error('not looked at');
  };
  return {
    method: 'POST',
    target: '/',
    header: (name) => headers[name],
    headerNames: () => Object.keys(headers),
    readBody: unused,
    respond: unused,
    open: unused,
    held: undefined,
    native: undefined,
  };
}

const required = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/s', 'ce-type': 't' };

function read(headers: Readonly<Record<string, string>>, body: string | Uint8Array): ReturnType<typeof readBinaryEvent> {
  const read = typeof body === 'string' ? ({ kind: 'text', text: body } as const) : ({ kind: 'not-utf8', bytes: body } as const);
  return readBinaryEvent(requestWith({ 'content-type': 'application/json', ...required, ...headers }), read, bounds);
}

describe("an attribute's header", () => {
  it.each([
    ['plain', 'plain'],
    ['', ''],
    ['Euro%20%E2%82%AC%20%F0%9F%98%80', 'Euro € 😀'],
    ['%e2%82%ac', '€'],
    ['%41unneeded', 'Aunneeded'],
    ['%2541', '%41'],
    ['a+b', 'a+b'],
    ['with space', 'with space'],
    ['"quoted, \\"twice\\" \\\\"', 'quoted, "twice" \\'],
    ['"%41"', 'A'],
    ['5"', '5"'],
  ])('%s is read as %s', (value, decoded) => expect(decodeHeader(value)).toBe(decoded));

  it.each(['%C0%A0', '%ED%A0%80', '%ff', '%', '%4', '%zz', 'é', '€', 'a\u0000b', '\u007f'])('%s is refused', (value) =>
    expect(decodeHeader(value)).toBeUndefined(),
  );
});

describe('an event in binary mode', () => {
  it('has the attributes of its headers and the media type of its body', () => {
    expect(read({ 'ce-time': '2026-01-01T00:00:00Z', 'x-other': '1' }, '[1]')).toEqual({
      event: {
        ...{ specversion: '1.0', id: '1', source: '/s', type: 't', time: '2026-01-01T00:00:00Z' },
        ...{ datacontenttype: 'application/json', data: [1] },
      },
      payload: '[1]',
    });
  });

  it('keeps to the names that attributes may have', () => {
    const found = read({ 'ce-constructor': 'x', 'ce-tostring': 'y' }, '');
    expect(isProblem(found) ? found : Object.entries(found.event)).toContainEqual(['constructor', 'x']);
    for (const header of ['ce-data', 'ce-datacontenttype']) expect(read({ [header]: '1' }, '1')).toMatchObject({ status: 400 });
  });

  it.each([
    ['application/json', new Uint8Array([0xff]), 'malformed-json'],
    ['application/json', '\ufeff1', 'malformed-json'],
    ['application/json;charset=iso-8859-1', '1', 'unsupported-media-type'],
    ['application/vnd.x+json; charset="utf-16"', '1', 'unsupported-media-type'],
  ])('of %s is refused where its body is not', (type, body, code) => {
    expect(read({ 'content-type': type }, body)).toMatchObject({ code });
  });

  it.each([
    ['text/csv', 'a;b', { data: 'a;b' }],
    ['text/csv;charset=UTF-8', 'é', { data: 'é' }],
    ['text/csv;charset=utf-16', 'é', { data_base64: 'w6k=' }],
    ['image/svg+xml', '<svg/>', { data: '<svg/>' }],
    ['text/csv', new Uint8Array([0xe9]), { data_base64: '6Q==' }],
    ['application/pdf', '%PDF', { data_base64: 'JVBERg==' }],
    ['application/pdf', '', {}],
  ])('of %s has its data as text or in Base64', (type, body, data) => {
    const found = read({ 'content-type': type }, body);
    const { data: text, data_base64: binary } = isProblem(found) ? {} : (found.event as Record<string, unknown>);
    expect({ data: text, data_base64: binary }).toEqual({ data: undefined, data_base64: undefined, ...data });
  });

  it('may be large', () => {
    const found = read({ 'content-type': 'application/pdf' }, new Uint8Array(99_999).fill(255));
    expect(isProblem(found) ? '' : found.event['data_base64']).toBe('/'.repeat(133_332));
  });
});

describe('the mode of a request', () => {
  it.each([
    ['application/json', false, undefined],
    ['text/plain', false, undefined],
    [undefined, false, undefined],
    ['application/json', true, 'binary'],
    ['image/png', true, 'binary'],
    ['application/cloudevents+json', true, 'structured'],
    ['application/cloudevents-batch+json ; charset=utf-8', false, 'batch'],
  ])('%s, attributes in headers: %s', (type, isBinary, mode) => {
    const headers = { ...(type !== undefined && { 'content-type': type }), ...(isBinary && required) };
    expect(contentMode(requestWith(headers))).toBe(mode);
  });

  it.each(['text/plain', 'TEXT/PLAIN ;a=b', 'multipart/form-data; boundary=x', 'image/png, text/plain', 'x', ''])(
    '%s is refused for an event in headers',
    (type) => expect(contentMode(requestWith({ 'content-type': type, ...required }))).toMatchObject({ status: 415 }),
  );
});

describe('the notification of an event', () => {
  const event = { specversion: '1.0', id: '1', source: '/s', type: 't', polluxrecipient: 'alice', data: 1 };
  const whole: Defaults = { deliver: 'event' };
  const convert = (value: unknown, payload?: string, defaults: Defaults = whole): ReturnType<typeof notificationOfEvent> =>
    notificationOfEvent({ value, payload, field: '' }, defaults);

  it('is written in one way, whatever the order of the members, with its data as it came', () => {
    const written = convert(event, '1.00').payload;
    expect(written).toBe('{"id":"1","source":"/s","specversion":"1.0","type":"t","data":1.00}');
    expect(convert(Object.fromEntries(Object.entries(event).reverse()), '1.00').payload).toBe(written);
  });

  it('of an addressee that is a number is for its text', () => {
    expect(convert({ ...event, polluxrecipient: 42 }).value).toMatchObject({ to: { recipients: ['42'] } });
  });

  it.each([
    ['data_base64', { data: undefined, data_base64: 'not base64' }],
    ['data_base64', { data: undefined, data_base64: 7 }],
    ['datacontenttype', { datacontenttype: true }],
    ['level', { level: 1.5 }],
    ['level', { level: 2 ** 31 }],
    ['level', { level: '\ud800' }],
    ['__proto__', JSON.parse('{"__proto__":1}') as object],
  ])('is refused, naming %s', (field, members) => {
    const { value } = convert(Object.fromEntries([...Object.entries(event), ...Object.entries(members)]));
    expect(value).toBeInstanceOf(Refusal);
    expect((value as Refusal).problem).toMatchObject({ code: 'invalid-field', field });
  });

  it('takes what is left unsaid from the URL', () => {
    const defaults = readDefaults('/x?group=sales&ttl=60&deliver=event') as Defaults;
    expect(defaults).toEqual({ to: { group: 'sales' }, ttl: 60, deliver: 'event' });
    expect(convert({ ...event, polluxrecipient: null }, undefined, defaults).value).toMatchObject({
      to: { group: 'sales' },
      ttl: 60,
    });
    expect(convert(event, undefined, defaults).value).toMatchObject({ to: { recipients: ['alice'] }, ttl: 60 });
  });
});
