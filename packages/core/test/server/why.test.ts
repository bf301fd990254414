import type { DeliveryStatus } from '@pollux/core/server';
import { describe, expect, it } from 'vitest';
import { createScene, type Scene } from './scene.ts';

function why({ server }: Scene, id: string): DeliveryStatus {
  const status = server.status('crm', id);
  if (status === undefined || 'then' in status) throw new Error('the in-memory buffer answers at once');
  return status;
}

describe('why has this message not been delivered?', () => {
  it('because nobody polls there', () => {
    const scene = createScene({ crm: {} });
    expect(why(scene, scene.send('crm', 'alice'))).toMatchObject({ state: 'pending', code: 'no-session', sessions: [] });
  });

  it('because the page has no client code of the application', () => {
    const scene = createScene({ crm: {}, mail: {} });
    scene.client({ recipient: 'alice' }).poll(['mail']);
    expect(why(scene, scene.send('crm', 'alice'))).toMatchObject({ code: 'not-polled', sessions: [{ state: 'not-registered' }] });
  });

  it('because the application was refused to its page', () => {
    const scene = createScene({ crm: {}, mail: {} });
    scene.client({ recipient: 'alice', applications: ['mail'] }).poll(['crm', 'mail']);
    const status = why(scene, scene.send('crm', 'alice'));
    expect(status).toMatchObject({ code: 'not-polled', why: expect.stringContaining('was refused to it') });
  });

  it('because no page has client code of the application, for everyone as well', () => {
    const scene = createScene({ crm: {}, mail: {} });
    const publish = () => {
      const answer = scene.server.publish('crm', { to: { everyone: true }, kind: 'direct', type: 't', data: 1 });
      if ('then' in answer) throw new Error('the in-memory buffer answers at once');
      return answer.accepted[0]?.id ?? '';
    };
    expect(why(scene, publish())).toMatchObject({ code: 'no-session' });
    scene.client({ recipient: 'alice' }).poll(['mail']);
    expect(why(scene, publish())).toMatchObject({ code: 'not-polled', sessions: [] });
  });

  it('because the client is between two polls', () => {
    const scene = createScene({ crm: {} });
    scene.client({ recipient: 'alice' }).poll(['crm']);
    expect(why(scene, scene.send('crm', 'alice'))).toMatchObject({ code: 'between-polls' });
  });

  it('because the application lets its messages wait', async () => {
    const scene = createScene({ crm: {} });
    const alice = scene.client({ recipient: 'alice' });
    alice.poll(['crm']);
    alice.poll(['crm'], { wait: 25, maxDelay: 10 });
    const id = scene.send('crm', 'alice');
    await scene.clock.settle();
    expect(why(scene, id)).toMatchObject({ code: 'waiting-for-max-delay' });
  });

  it('it has, but is not acknowledged; then it is', async () => {
    const scene = createScene({ crm: {} });
    const alice = scene.client({ recipient: 'alice' });
    alice.poll(['crm']);
    const id = scene.send('crm', 'alice');
    alice.poll(['crm']);
    expect(why(scene, id)).toMatchObject({ state: 'delivered', code: 'not-acknowledged' });
    alice.poll(['crm']);
    expect(why(scene, id)).toMatchObject({ state: 'acknowledged', code: 'ended' });
  });

  it('it has been acknowledged, whether or not who did is still there, and waits for the other session', () => {
    const scene = createScene({ crm: {} });
    const [alice, slow] = [scene.client({ recipient: 'alice' }), scene.client({ recipient: 'alice' })];
    alice.poll(['crm']);
    slow.poll(['crm']);
    const id = scene.send('crm', 'alice');
    alice.poll(['crm']);
    alice.poll(['crm']);
    expect(why(scene, id)).toMatchObject({ state: 'acknowledged', code: 'ended' });
    scene.server.goodbye({ recipient: 'alice' }, alice.session ?? '');
    expect(why(scene, id)).toMatchObject({ state: 'acknowledged', code: 'ended', sessions: [{ state: 'waiting' }] });
    expect(slow.poll(['crm']).types('crm')).toEqual(['t']);
  });

  it('because it was parked, and the next ones flow', () => {
    const scene = createScene({ crm: {} });
    const alice = scene.client({ recipient: 'alice' });
    alice.poll(['crm']);
    const id = scene.send('crm', 'alice', { type: 'poison' });
    const before = alice.cursors.get('crm');
    alice.poll(['crm']);
    alice.cursors.set('crm', before ?? '');
    scene.send('crm', 'alice', { type: 'next' });
    const next = alice.poll(['crm'], { failed: [{ id, reason: 'TypeError' }] });
    expect(next.types('crm')).toEqual(['next']);
    expect(why(scene, id)).toMatchObject({ state: 'parked', code: 'parked' });
    expect(why(scene, id).why).toContain('TypeError');
  });

  it.each([
    ['expired', async (scene: Scene) => void (await scene.clock.advance(2000))],
    ['withdrawn', async (scene: Scene, id: string) => void (await scene.server.withdraw('crm', id))],
    ['collapsed', async (scene: Scene) => void scene.send('crm', 'alice', { topic: 'one' })],
  ] as const)('because it ended: %s', async (state, end) => {
    const scene = createScene({ crm: {} });
    const id = scene.send('crm', 'alice', { ttl: 1, topic: 'one' });
    await end(scene, id);
    expect(why(scene, id)).toMatchObject({ state, code: 'ended' });
  });

  it("is not told of another application's message", () => {
    const scene = createScene({ crm: {}, mail: {} });
    const id = scene.send('mail', 'alice');
    expect(scene.server.status('crm', id)).toBeUndefined();
    expect(scene.server.withdraw('crm', id)).toBe('unknown');
  });
});
