/** What is handed over wrongly, in the wrong moment, or to somebody who is silent, harms nobody else. */
import { createManualClock } from '@pollux/core/testing';
import { describe, expect, it } from 'vitest';
import type { Audience, Notification } from '../../src/index.ts';
import { createPublisher, PublishError } from '../../src/publisher/index.ts';
import { key, pass, settle, setUp, to } from './scene.ts';

describe('an addressee', () => {
  it.each([
    ['is missing', undefined],
    ['is a text', 'everyone'],
    ['has recipients that are none', { recipients: 5 }],
  ])('that %s fails its own notification, not the publisher', async (_, wrong) => {
    const { publisher, stored } = setUp();
    const found = await Promise.allSettled([
      publisher.publish(to('alice', 1)),
      publisher.publish({ ...to('alice', 2), to: wrong } as unknown as Notification),
      publisher.publish(to('alice', 3)),
    ]);
    expect(found.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(found[1]).toMatchObject({ reason: { problem: { code: 'invalid-field' } } });
    expect(await stored('alice')).toEqual([1, 3]);
  });

  it('is taken as it was when it was handed over', async () => {
    const { publisher } = setUp();
    const recipients = ['alice', 'bob'];
    const first = publisher.publish({ ...to('', 1), to: { recipients } });
    recipients.length = 0;
    const second = publisher.publish(to('carol', 2));
    expect((await first).accepted).toMatchObject([{ recipient: 'alice' }, { recipient: 'bob' }]);
    expect((await second).accepted).toMatchObject([{ recipient: 'carol' }]);
  });
});

describe('order', () => {
  it('is kept beyond the capacity, also where somebody publishes as soon as there is room', async () => {
    const { publisher, stored } = setUp({ capacity: 2 });
    const order: number[] = [];
    const publish = (n: number): Promise<unknown> => {
      order.push(n);
      return publisher.publish(to('alice', n));
    };
    const first = publish(1).then(() => publish(9));
    await Promise.all([first, ...[2, 3, 4, 5, 6].map(publish)]);
    expect(await stored('alice')).toEqual(order);
  });
});

describe('a request', () => {
  it('has no more members than a server takes: what is large by them is not sent twice', async () => {
    const { publisher, sent, stored } = setUp();
    const data = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`member ${n}`, { text: 'a ":" in it' }]));
    await Promise.all(Array.from({ length: 100 }, () => publisher.publish(to('alice', data))));
    expect((await stored('alice')).length).toBe(100);
    expect(sent.length).toBeLessThan(10);
  });

  it('is waited for without end where that is wished', async () => {
    const clock = createManualClock();
    const delays: number[] = [];
    const publisher = createPublisher({
      url: 'http://hub.test/pollux',
      application: 'orders',
      key,
      timeout: Number.POSITIVE_INFINITY,
      clock: {
        ...clock,
        setTimeout: (callback, ms) => {
          delays.push(ms);
          return clock.setTimeout(callback, ms);
        },
      },
      fetch: async () => Response.json({ grade: 'memory', accepted: [{ id: 'x', ttl: 1, waiting: 0 }] }, { status: 202 }),
    });
    await publisher.publish({ ...to('', 1), to: { everyone: true } });
    // Longer ones are over at once on the system's clock.
    expect(Math.max(...delays)).toBeLessThanOrEqual(2 ** 31 - 1);
  });
});

describe('patience', () => {
  it('ends when it is over, also while a request is under way that may take longer', async () => {
    const scene = setUp({ patience: 5, timeout: 60 });
    scene.spoil(() => new Promise(() => undefined));
    const first = scene.publisher.publish(to('alice', 1)).catch((error: unknown) => error);
    await pass(scene, 3);
    const second = scene.publisher.publish(to('alice', 2)).catch((error: unknown) => error);
    await pass(scene, 3);
    expect(await Promise.race([first, 'pending'])).toMatchObject({ name: 'PublishError', isUncertain: true });
    expect(await Promise.race([second, 'pending'])).toBe('pending');
    await pass(scene, 3);
    expect(await Promise.race([second, 'pending'])).toMatchObject({ name: 'PublishError' });
  });
});

describe('a key', () => {
  it('that never comes is given up with the patience', async () => {
    let isSilent = true;
    const scene = setUp({ key: () => (isSilent ? new Promise(() => undefined) : key), patience: 30 });
    const failed = scene.publisher.publish(to('alice', 1)).catch((error: unknown) => error);
    await pass(scene, 40);
    expect(await Promise.race([failed, 'pending'])).toMatchObject({ name: 'PublishError', isUncertain: false });
    isSilent = false;
    const next = scene.publisher.publish(to('alice', 2));
    await pass(scene, 40);
    await next;
    expect(await scene.stored('alice')).toEqual([2]);
  });

  it.each([[undefined], [''], [7]])('that is none is named at once: %j', (wrong) => {
    const options = { url: 'http://hub.test/pollux', application: 'orders', key: wrong as string };
    expect(() => createPublisher(options)).toThrow(/^key: /);
  });
});

describe('what a failure says', () => {
  const forbidden = () => Promise.resolve(Response.json({ code: 'forbidden', status: 403, title: 'No' }, { status: 403 }));

  it.each([
    ['the patience ended', () => Promise.resolve(new Response('', { status: 503 }))],
    ['it was refused', forbidden],
  ])('it may have been stored when an answer was lost before %s', async (_, later) => {
    const scene = setUp({ patience: 30 });
    scene.spoil((send, number) => (number === 1 ? send().then(() => Promise.reject(new TypeError('cut'))) : later()));
    const failed = scene.publisher.publish(to('alice', 1)).catch((error: unknown) => error);
    await pass(scene, 40);
    expect(await failed).toBeInstanceOf(PublishError);
    expect(await failed).toMatchObject({ isUncertain: true });
    expect(await scene.stored('alice')).toEqual([1]);
  });

  it('it was stored for some, although the rest was refused in the end', async () => {
    const scene = setUp({}, { limits: { queueMessages: 1 } });
    await scene.publisher.publish(to('full', 0));
    const both: Audience = { recipients: ['full', 'alice'] };
    const published = scene.publisher.publish({ ...to('', 1), to: both });
    await settle(scene);
    scene.spoil(forbidden);
    await pass(scene, 15);
    await expect(published).resolves.toMatchObject({ accepted: [{ recipient: 'alice' }], refused: [{ recipient: 'full' }] });
  });
});
