import type { ClientIdentity, CommunicationServer } from '@pollux/core/server';
import { describe, expect, it } from 'vitest';
import { createScene } from './scene.ts';

/** An identity whose groups the host changes. */
interface Member extends ClientIdentity {
  groups: readonly string[];
}

function broadcast(server: CommunicationServer, group: string, type: string): string {
  const answer = server.application('crm').notify({ group }, { kind: 'direct', type, data: null });
  if ('then' in answer) throw new Error('the in-memory buffer answers at once');
  return answer.accepted[0]?.id ?? '';
}

describe('a group', () => {
  it('that was joined since begins where the session began with it, though the answer that said so was lost', () => {
    const { client, server } = createScene({ crm: {} });
    const identity: Member = { recipient: 'alice', groups: [] };
    const alice = client(identity);
    alice.poll(['crm']);
    const before = alice.cursors.get('crm') ?? '';
    identity.groups = ['sales'];
    alice.poll(['crm'], { seq: 1 }).answer();
    broadcast(server, 'sales', 'between');
    // It never heard of the new cursor, and repeats the poll with the one that it has.
    alice.cursors.set('crm', before);
    const again = alice.poll(['crm'], { seq: 1 });
    expect(again.types('crm')).toEqual(['between']);
    alice.cursors.set('crm', before);
    broadcast(server, 'sales', 'more');
    expect(alice.poll(['crm'], { seq: 2 }).types('crm')).toEqual(['between', 'more']);
    expect(alice.poll(['crm'], { seq: 3 }).outcome?.status).toBe(204);
  });

  it('is joined and left where the host changes the list that it gave before', () => {
    const { client, server } = createScene({ crm: {} });
    const groups = ['sales'];
    const alice = client({ recipient: 'alice', groups });
    alice.poll(['crm']);
    groups.push('support');
    alice.poll(['crm']);
    broadcast(server, 'support', 'joined');
    expect(alice.poll(['crm']).types('crm')).toEqual(['joined']);
    groups.shift();
    alice.poll(['crm']);
    broadcast(server, 'sales', 'left');
    expect(alice.poll(['crm']).outcome?.status).toBe(204);
  });

  it('that the host names twice is one: each message comes once, under a cursor that is taken back', () => {
    const { client, server } = createScene({ crm: {} });
    const alice = client({ recipient: 'alice', groups: ['sales', 'sales'] });
    alice.poll(['crm']);
    broadcast(server, 'sales', 'news');
    expect(alice.poll(['crm']).types('crm')).toEqual(['news']);
    expect(alice.poll(['crm']).outcome?.status).toBe(204);
  });

  it('can be one of as many as are allowed', () => {
    const groups = Array.from({ length: 100 }, (_, n) => `a rather long name of the group number ${n}`);
    const { client, server } = createScene({ crm: {} }, { groupsPerSession: 100 });
    const alice = client({ recipient: 'alice', groups });
    alice.poll(['crm']);
    broadcast(server, groups[99] ?? '', 'news');
    // The server has forgotten the session: its cursor is all that there is.
    alice.session = undefined;
    expect(alice.poll(['crm']).types('crm')).toEqual(['news']);
    expect(alice.poll(['crm']).outcome?.status).toBe(204);
    expect(() => createScene({ crm: {} }, { groupsPerSession: 112 })).toThrow('limits.groupsPerSession');
  });
});
