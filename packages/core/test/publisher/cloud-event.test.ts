/** A CloudEvent becomes a notification that is stored once, however often it is published. */
import { describe, expect, it } from 'vitest';
import { notificationOfCloudEvent } from '../../src/publisher/index.ts';
import { setUp } from './scene.ts';

const audience = { recipients: ['alice'] };
const event = { specversion: '1.0', id: 'a1', source: '/orders', type: 'example.order.changed', data: { n: 7 }, subject: '7' };

describe('an event', () => {
  it('gives its type, its data, and a key of source and id', () => {
    expect(notificationOfCloudEvent(event, audience, { ttl: 60 })).toEqual({
      to: audience,
      kind: 'direct',
      type: 'example.order.changed',
      data: { n: 7 },
      key: '["/orders","a1"]',
      ttl: 60,
    });
  });

  it('comes whole where that is asked for', () => {
    expect(notificationOfCloudEvent(event, audience, { deliver: 'event' }).data).toEqual(event);
    const binary = { ...event, data: undefined, data_base64: 'AA==', datacontenttype: 'image/png' };
    expect(notificationOfCloudEvent(binary, audience, { deliver: 'event' }).data).toMatchObject({ data_base64: 'AA==' });
  });

  it('goes without what would address it over HTTP', () => {
    const addressed = { ...event, polluxrecipient: 'bob' };
    expect(notificationOfCloudEvent(addressed, audience, { deliver: 'event' }).data).toEqual(event);
  });

  it('without data tells null', () => {
    const { data, ...bare } = event;
    expect(data).toBeDefined();
    expect(notificationOfCloudEvent(bare, audience).data).toBeNull();
  });

  it('is stored once, also with names that are too long for a key', async () => {
    const { publisher, stored } = setUp();
    const long = { ...event, source: `https://shop.example/${'x'.repeat(400)}` };
    for (const one of [event, long, { ...long, id: 'a2' }, event, long]) {
      await publisher.publish(notificationOfCloudEvent(one, audience));
    }
    expect((await stored('alice')).length).toBe(3);
  });
});

describe('what is none is refused by name', () => {
  it.each([
    ['specversion', { ...event, specversion: '0.3' }],
    ['id', { ...event, id: '' }],
    ['source', { ...event, source: undefined as unknown as string }],
    ['type', { ...event, type: 7 as unknown as string }],
    ['data', { ...event, datacontenttype: 'text/plain', data: 'hello' }],
    ['data', { ...event, data_base64: 'AA==' }],
  ])('%s', (name, wrong) => expect(() => notificationOfCloudEvent(wrong, audience)).toThrow(new RegExp(`^${name}: `)));
});
