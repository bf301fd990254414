/** Failures that pass are waited out under the same key; those that do not are told, and hold nobody else up. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Audience } from '../../src/index.ts';
import { PublishError } from '../../src/publisher/index.ts';
import { key, pass, settle, setUp, to } from './scene.ts';

/** What a promise has come to so far. */
function watch<T>(promise: Promise<T>): {
  state: 'pending' | 'done' | 'failed';
  error: PublishError | undefined;
  value: T | undefined;
} {
  const found = {
    state: 'pending' as 'pending' | 'done' | 'failed',
    error: undefined as PublishError | undefined,
    value: undefined as T | undefined,
  };
  promise.then(
    (value) => Object.assign(found, { state: 'done', value }),
    (error) => Object.assign(found, { state: 'failed', error }),
  );
  return found;
}

describe('what passes', () => {
  it('an answer that is lost: asked again under the same key, stored once', async () => {
    const scene = setUp();
    scene.spoil((send, number) => (number === 1 ? send().then(() => Promise.reject(new TypeError('cut'))) : undefined));
    const found = watch(scene.publisher.publish(to('alice', 1)));
    await pass(scene, 5);
    expect(found.value).toMatchObject({ accepted: [{ recipient: 'alice', duplicate: true }] });
    expect(await scene.stored('alice')).toEqual([1]);
    const keys = scene.sent.map(({ body }) => (body as { key: string }).key);
    expect(keys.length).toBe(2);
    expect(new Set(keys).size).toBe(1);
  });

  it('Retry-After is the least that is waited, and is not added to the back-off', async () => {
    const scene = setUp();
    scene.spoil((_send, number) =>
      number === 1 ? Promise.resolve(new Response('', { status: 503, headers: { 'retry-after': '8' } })) : undefined,
    );
    const found = watch(scene.publisher.publish(to('alice', 1)));
    await pass(scene, 12);
    expect(found.state).toBe('done');
    const [first, second] = scene.sent.map(({ atMs }) => atMs);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(8000);
    expect((second ?? 0) - (first ?? 0)).toBeLessThanOrEqual(10_500);
  });

  it('a request without an answer is given up, and sent again', async () => {
    const scene = setUp({ timeout: 5 });
    const { publisher, clock } = scene;
    scene.spoil((_send, number) => (number === 1 ? new Promise(() => undefined) : undefined));
    const found = watch(publisher.publish(to('alice', 1)));
    await pass({ clock }, 4);
    expect([found.state, scene.sent.length]).toEqual(['pending', 1]);
    await pass({ clock }, 6);
    expect([found.state, scene.sent.length]).toEqual(['done', 2]);
  });

  it('a queue that is full holds up its own notification only', async () => {
    const scene = setUp({}, { limits: { queueMessages: 2 } });
    await Promise.all([1, 2].map((n) => scene.publisher.publish(to('full', n))));
    const held = watch(scene.publisher.publish(to('full', 3)));
    const other = watch(scene.publisher.publish(to('alice', 1)));
    await settle(scene);
    expect([held.state, other.state]).toEqual(['pending', 'done']);
    await scene.server.eraseRecipient('orders', 'full');
    await pass(scene, 12);
    expect(held.state).toBe('done');
    expect(await scene.stored('full')).toEqual([3]);
  });

  it('of several recipients, some were stored in the end', async () => {
    const scene = setUp({ patience: 20 }, { limits: { queueMessages: 1 } });
    await scene.publisher.publish(to('full', 0));
    const found = watch(scene.publisher.publish({ ...to('alice', 1), to: { recipients: ['full', 'alice'] } }));
    await pass(scene, 30);
    expect(found.value).toMatchObject({
      accepted: [{ recipient: 'alice' }],
      refused: [{ recipient: 'full', problem: { code: 'queue-full' } }],
    });
    expect(await scene.stored('alice')).toEqual([1]);
  });

  it.each([
    ['something else answered', () => new Response('<html>', { status: 200 })],
    ['no answer of ours', () => Response.json({ grade: 1, accepted: null }, { status: 202 })],
    ['a proxy without its server', () => new Response('<html>', { status: 502 })],
    ['a problem that is none', () => Response.json({ code: 1, refused: [null, 7, { index: 0 }] }, { status: 503 })],
  ])('%s', async (_, answer) => {
    const scene = setUp();
    scene.spoil((_send, number) => (number === 1 ? Promise.resolve(answer()) : undefined));
    const found = watch(scene.publisher.publish(to('alice', 1)));
    await pass(scene, 5);
    expect(found.state).toBe('done');
    expect(await scene.stored('alice')).toEqual([1]);
  });
});

describe('what does not pass', () => {
  it('one that is wrong fails alone, with its field', async () => {
    const { publisher, stored } = setUp();
    const found = await Promise.allSettled([
      publisher.publish(to('alice', 1)),
      publisher.publish({ ...to('alice', 2), type: '' }),
      publisher.publish(to('alice', 3)),
    ]);
    expect(found.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(found[1]).toMatchObject({ reason: { name: 'PublishError', problem: { code: 'invalid-field' }, isUncertain: false } });
    expect(await stored('alice')).toEqual([1, 3]);
  });

  it('a request that is refused as a whole is taken apart', async () => {
    const { publisher, sent, stored } = setUp({}, { limits: { jsonKeys: 60 } });
    const large = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`k${n}`, n]));
    const tooLarge = Object.fromEntries(Array.from({ length: 90 }, (_, n) => [`k${n}`, n]));
    const found = await Promise.allSettled([large, tooLarge, large].map((data) => publisher.publish(to('alice', data))));
    expect(found.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(found[1]).toMatchObject({ reason: { problem: { code: 'json-too-many-keys' } } });
    expect(sent.length).toBe(4);
    expect((await stored('alice')).length).toBe(2);
  });

  it('a key that was refused is asked for again, once', async () => {
    const keys = ['old', key, 'wrong', 'wrong'];
    let asked = 0;
    const scene = setUp({ key: () => keys[asked++] ?? 'wrong' });
    await expect(scene.publisher.publish(to('alice', 1))).rejects.toMatchObject({ problem: { status: 401 } });
    await scene.publisher.publish(to('alice', 2));
    expect(asked).toBe(2);
    scene.spoil(() => Promise.resolve(Response.json({ code: 'unauthenticated', status: 401, title: 'No' }, { status: 401 })));
    await expect(scene.publisher.publish(to('alice', 3))).rejects.toMatchObject({ problem: { status: 401 } });
    expect([asked, scene.sent.length]).toEqual([3, 4]);
  });

  it('patience ends, and it says that the server may have stored it', async () => {
    const scene = setUp({ patience: 30 });
    scene.spoil(() => Promise.reject(new TypeError('refused')));
    const found = watch(scene.publisher.publish(to('alice', 1)));
    await pass(scene, 29);
    expect(found.state).toBe('pending');
    await pass(scene, 2);
    expect(found.error).toBeInstanceOf(PublishError);
    expect(found.error).toMatchObject({ isUncertain: true });
    expect(found.error?.message).toContain('patience');
    // Ever longer apart: two to the 20 s of the longest back-off.
    expect(scene.sent.length).toBeLessThan(10);
    scene.spoil(undefined);
    await pass(scene, 25);
    await scene.publisher.publish(to('alice', 2));
    expect(await scene.stored('alice')).toEqual([2]);
  });
});

describe('each learns its own fate, however they are mixed', () => {
  const audience = fc.oneof(
    fc.record({ recipients: fc.array(fc.constantFrom('alice', 'bob', 'full', ''), { minLength: 1, maxLength: 4 }) }),
    fc.record({ group: fc.constantFrom('team', '') }),
    fc.constant({ everyone: true as const }),
  );

  /** Whom a notification is stored for: nobody, where one of its names is none, and not for whose queue is full. */
  function storedFor(one: Audience): readonly (string | undefined)[] {
    if ('everyone' in one) return [undefined];
    if ('group' in one) return one.group === '' ? [] : [undefined];
    const names = [...new Set(one.recipients)];
    return names.includes('') ? [] : names.filter((name) => name !== 'full');
  }

  it('in one request or several', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(audience, { minLength: 1, maxLength: 12 }), async (audiences) => {
        const scene = setUp({ patience: 3 }, { limits: { queueMessages: 30 } });
        for (let n = 0; n < 30; n++) await scene.server.publish('orders', to('full', n));
        const found = audiences.map((one, n) => watch(scene.publisher.publish({ ...to('', n), to: one })));
        await pass(scene, 8);
        for (const [n, one] of audiences.entries()) {
          const expected = storedFor(one);
          expect(found[n]?.state).toBe(expected.length > 0 ? 'done' : 'failed');
          expect((found[n]?.value?.accepted ?? []).map(({ recipient }) => recipient)).toEqual(expected);
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
