import { describe, expect, it } from 'vitest';
import { createScene } from './scene.ts';

describe('a held poll', () => {
  it('is answered in the turn in which something is published, with all of a burst', async () => {
    const { client, send, clock } = createScene({ crm: {} });
    const alice = client({ recipient: 'alice' });
    alice.poll(['crm']);
    const held = alice.poll(['crm'], { wait: 25 });
    expect(held.outcome).toBeUndefined();
    send('crm', 'alice', { type: 'first' });
    send('crm', 'alice', { type: 'second' });
    await clock.settle();
    expect(held.types('crm')).toEqual(['first', 'second']);
  });

  it('ends with 204 after the hold, and leaves nothing behind', async () => {
    const { client, clock, server } = createScene({ crm: {} });
    const alice = client({ recipient: 'alice' });
    alice.poll(['crm']);
    const held = alice.poll(['crm'], { wait: 60 });
    await clock.advance(24_999);
    expect(held.outcome).toBeUndefined();
    expect(server.inspect.totals().heldPolls).toBe(1);
    await clock.advance(2);
    expect(held.outcome).toEqual({ status: 204 });
    expect(server.inspect.totals().heldPolls).toBe(0);
  });

  it('is not woken by another application, another recipient or another group', async () => {
    const { client, send, clock, server } = createScene({ crm: {}, mail: {} });
    const alice = client({ recipient: 'alice', groups: ['desk'] });
    alice.poll(['crm']);
    const held = alice.poll(['crm'], { wait: 25 });
    send('mail', 'alice');
    send('crm', 'bob');
    void server.publish('crm', { to: { group: 'other' }, kind: 'direct', type: 't', data: 1 });
    await clock.settle();
    expect(held.outcome).toBeUndefined();
    void server.publish('crm', { to: { group: 'desk' }, kind: 'direct', type: 'for the desk', data: 1 });
    await clock.settle();
    expect(held.types('crm')).toEqual(['for the desk']);
  });

  it('gathers a burst over the window that is set', async () => {
    const { client, send, clock } = createScene({ crm: {} }, { gatherMs: 20 });
    const alice = client({ recipient: 'alice' });
    alice.poll(['crm']);
    const held = alice.poll(['crm'], { wait: 25 });
    send('crm', 'alice', { type: 'one' });
    await clock.advance(15);
    expect(held.outcome).toBeUndefined();
    send('crm', 'alice', { type: 'two' });
    await clock.advance(6);
    expect(held.types('crm')).toEqual(['one', 'two']);
  });

  it("waits for an application's maxDelay, which urgency high ignores and any ending poll cuts short", async () => {
    const { client, send, clock } = createScene({ crm: {}, mail: {} });
    const alice = client({ recipient: 'alice' });
    alice.poll(['crm', 'mail']);
    let held = alice.poll(['mail'], { wait: 25, maxDelay: 5 });
    send('mail', 'alice', { type: 'patient' });
    await clock.advance(4990);
    expect(held.outcome).toBeUndefined();
    await clock.advance(20);
    expect(held.types('mail')).toEqual(['patient']);

    held = alice.poll(['mail'], { wait: 25, maxDelay: 5 });
    send('mail', 'alice', { type: 'low', urgency: 'low' });
    await clock.advance(1000);
    send('mail', 'alice', { type: 'pressing', urgency: 'high' });
    await clock.settle();
    expect(held.types('mail')).toEqual(['low', 'pressing']);
  });

  it.each([
    ['as it was when the server began', 0],
    ['set back since the server began', -3_600_000],
    ['set forward, or has slept, since the server began', 3_600_000],
  ])('is never held past the end of the credential, where the clock is %s', async (_how, ms) => {
    const { client, clock } = createScene({ crm: {} });
    clock.jump(ms);
    const alice = client({ recipient: 'alice', expiresMs: clock.now() + 3000 });
    alice.poll(['crm']);
    const held = alice.poll(['crm'], { wait: 25 });
    await clock.advance(2990);
    expect(held.outcome).toBeUndefined();
    await clock.advance(20);
    expect(held.outcome).toEqual({ status: 204 });
  });

  it('is answered at once with a longer interval where there is no place to hold it', async () => {
    const { client, clock, server } = createScene({ crm: {} }, { heldPolls: 1 });
    const alice = client({ recipient: 'alice' });
    const bob = client({ recipient: 'bob' });
    alice.poll(['crm']);
    bob.poll(['crm']);
    const held = alice.poll(['crm'], { wait: 25 });
    const crowded = bob.poll(['crm'], { wait: 25 });
    expect(crowded.answer().advice?.interval).toBeGreaterThan(0);
    expect(crowded.outcome).toMatchObject({ status: 200, retryAfter: 10 });
    expect(held.outcome).toBeUndefined();
    held.held?.cancel();
    expect(server.inspect.totals().heldPolls).toBe(0);
    const later = bob.poll(['crm'], { wait: 25 });
    await clock.advance(25_000);
    expect(later.answer().advice).toEqual({ interval: 0 });
  });

  it('gives way to a newer one of its session, and a late lower one loses', async () => {
    const { client, server, clock, send } = createScene({ crm: {} });
    const alice = client({ recipient: 'alice' });
    alice.poll(['crm']);
    const older = alice.poll(['crm'], { wait: 25, seq: 5 });
    const newer = alice.poll(['crm'], { wait: 25, seq: 6 });
    expect(older.outcome).toMatchObject({ status: 409, problem: { code: 'superseded' } });
    const late = alice.poll(['crm'], { wait: 25, seq: 4 });
    expect(late.outcome).toMatchObject({ status: 409 });
    expect(newer.outcome).toBeUndefined();
    send('crm', 'alice');
    await clock.settle();
    expect(newer.types('crm')).toEqual(['t']);
    expect(server.inspect.totals().heldPolls).toBe(0);
  });
});

describe('the end', () => {
  it('answers held polls with what is pending and drain advice, refuses publishes, and is idempotent', async () => {
    const { client, server, send, clock } = createScene({ crm: {} });
    const alice = client({ recipient: 'alice' });
    alice.poll(['crm']);
    const held = alice.poll(['crm'], { wait: 25, maxDelay: 20 });
    send('crm', 'alice', { type: 'pending' });
    const closing = server.close({ drainSeconds: 7 });
    expect(server.close()).toBe(closing);
    await clock.advance(10);
    await closing;
    expect(held.types('crm')).toEqual(['pending']);
    expect(held.answer().advice).toEqual({ drain: 7 });
    expect(() => send('crm', 'alice')).toThrow(/shutting down/);
    expect(alice.poll(['crm'], { wait: 25 }).outcome).toMatchObject({ status: 503, problem: { code: 'draining' } });
    expect(server.inspect.totals()).toMatchObject({ sessions: 0, heldPolls: 0, draining: true });
    await clock.advance(10_000);
    expect(clock.pending).toBe(0);
  });

  it('of one recipient ends all its sessions at once, and keeps its messages', async () => {
    const { client, server, send, clock } = createScene({ crm: {} });
    const alice = client({ recipient: 'alice' });
    alice.poll(['crm']);
    const held = alice.poll(['crm'], { wait: 25 });
    void server.disconnect('alice');
    expect(held.outcome).toMatchObject({ status: 401 });
    expect(server.inspect.totals().sessions).toBe(0);
    send('crm', 'alice', { type: 'kept' });
    await clock.settle();
    expect(alice.poll(['crm']).types('crm')).toEqual(['kept']);
  });
});
