/** A session that goes on, without an application, a group or a queue that it had before. */
import type { ClientIdentity } from '@pollux/core/server';
import { describe, expect, it } from 'vitest';
import { createScene } from './scene.ts';

describe('a message that was sent is taken back with a word', () => {
  it('though its session has left the application out since', async () => {
    const { client, server, send, clock } = createScene({ crm: {}, mail: {} });
    const alice = client({ recipient: 'alice' });
    alice.poll(['crm', 'mail']);
    const id = send('crm', 'alice');
    expect(alice.poll(['crm', 'mail']).types('crm')).toEqual(['t']);
    for (let minute = 0; minute < 3; minute++) {
      await clock.advance(50_000);
      alice.poll(['mail']);
    }
    expect(server.withdraw('crm', id)).toBe('announced');
    expect(alice.poll(['crm']).types('crm')).toEqual(['withdrawn']);
  });

  it('though its session has left the group since', () => {
    const { client, server } = createScene({ crm: {} });
    const identity: { recipient: string; groups: readonly string[] } & ClientIdentity = { recipient: 'alice', groups: ['sales'] };
    const alice = client(identity);
    alice.poll(['crm']);
    const answer = server.application('crm').notify({ group: 'sales' }, { kind: 'direct', type: 't', data: null });
    const id = 'accepted' in answer ? (answer.accepted[0]?.id ?? '') : '';
    expect(alice.poll(['crm']).types('crm')).toEqual(['t']);
    identity.groups = [];
    alice.poll(['crm']);
    expect(server.withdraw('crm', id)).toBe('announced');
  });
});

describe('a queue that began anew while a poll was held', () => {
  it('has nothing acknowledged that was only sent', async () => {
    const { client, server, send, clock } = createScene({ crm: {} });
    const alice = client({ recipient: 'alice' });
    alice.poll(['crm']);
    for (let n = 0; n < 5; n++) send('crm', 'alice');
    alice.poll(['crm']);
    const held = alice.poll(['crm'], { wait: 20 });
    void server.eraseRecipient('crm', 'alice');
    const id = send('crm', 'alice');
    await clock.settle();
    expect(held.types('crm')).toEqual(['t']);
    expect(await server.status('crm', id)).toMatchObject({ state: 'delivered', code: 'not-acknowledged' });
    expect(server.inspect.session(alice.session ?? '')?.applications[0]?.pending).toBe(1);
    alice.poll(['crm']);
    expect(await server.status('crm', id)).toMatchObject({ state: 'acknowledged' });
  });

  it('counts what was erased as never acknowledged', async () => {
    const { client, server, send, clock } = createScene({ crm: {} });
    const alice = client({ recipient: 'alice' });
    alice.poll(['crm']);
    for (let n = 0; n < 5; n++) send('crm', 'alice');
    const before = alice.cursors.get('crm') ?? '';
    alice.poll(['crm']);
    const read = alice.cursors.get('crm') ?? '';
    const held = alice.poll(['crm'], { wait: 20, applications: { crm: { cursor: before, read } } });
    void server.eraseRecipient('crm', 'alice');
    send('crm', 'alice');
    await clock.settle();
    held.answer();
    alice.poll(['crm']);
    expect(server.inspect.totals()).toMatchObject({ accepted: 6, delivered: 6, acknowledged: 1 });
  });
});

it('a message that was sent twice is acknowledged once', () => {
  const { client, server, send } = createScene({ crm: {} });
  const alice = client({ recipient: 'alice' });
  alice.poll(['crm']);
  const before = alice.cursors.get('crm') ?? '';
  send('crm', 'alice');
  alice.poll(['crm'], { seq: 1 });
  // The answer was lost.
  alice.cursors.set('crm', before);
  alice.poll(['crm'], { seq: 1 });
  send('crm', 'alice');
  alice.poll(['crm'], { seq: 2 });
  alice.poll(['crm'], { seq: 3 });
  expect(server.inspect.totals()).toMatchObject({ accepted: 2, acknowledged: 2 });
});
