import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Call } from '../src/applications/calls/call.ts';
import { createCallDesk } from '../src/applications/calls/call-desk.ts';
import { createChance } from '../src/applications/shared/random.ts';

const agents = ['alice', 'bob'];

function openDesk(lively = false) {
  const told: string[] = [];
  const calls: Call[] = [];
  const desk = createCallDesk({
    agents,
    lively,
    chance: createChance(7),
    announce: (type, call) => {
      told.push(`${type} ${call.agent} ${call.outcome ?? call.state}`);
      calls.push(call);
    },
  });
  return { desk, told, calls, [Symbol.dispose]: () => desk.close() };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('call desk', () => {
  it('tells an offer, its answer and its end, with growing versions', () => {
    using open = openDesk();
    const call = open.desk.offer('alice');
    open.desk.answer(call?.id ?? '', 'alice');
    open.desk.hangUp(call?.id ?? '', 'alice');
    expect(open.told).toEqual(['call.offered alice ringing', 'call.taken alice talking', 'call.ended alice completed']);
    expect(open.calls.map(({ version }) => version)).toEqual([1, 2, 3]);
  });

  it('rings on at a colleague after a decline', () => {
    using open = openDesk();
    const call = open.desk.offer('alice');
    open.desk.decline(call?.id ?? '', 'alice');
    expect(open.told).toEqual(['call.offered alice ringing', 'call.ended alice declined', 'call.offered bob ringing']);
    expect(open.calls.at(-1)?.caller).toEqual(call?.caller);
  });

  it('refuses what the call is not ready for, and what is not the agent’s', () => {
    using open = openDesk();
    const id = open.desk.offer('alice')?.id ?? '';
    expect(open.desk.answer(id, 'bob')).toBeUndefined();
    expect(open.desk.hangUp(id, 'alice')).toBeUndefined();
    expect(open.desk.answer('call-none', 'alice')).toBeUndefined();
    open.desk.answer(id, 'alice');
    expect(open.desk.decline(id, 'alice')).toBeUndefined();
    expect(open.told).toHaveLength(2);
  });

  it('offers to who is free, and to nobody when every phone rings', () => {
    using open = openDesk();
    const rung = [open.desk.offer()?.agent, open.desk.offer()?.agent];
    expect(rung.toSorted()).toEqual(agents);
    expect(open.desk.offer()).toBeUndefined();
  });

  it('lets an unanswered caller hang up', () => {
    using open = openDesk();
    open.desk.offer('alice');
    vi.advanceTimersByTime(60_000);
    expect(open.told.at(-1)).toBe('call.ended alice hung up');
  });

  it('comes to an end with every call when it is lively, and forgets old ones', () => {
    using open = openDesk(true);
    for (let n = 0; n < 40; n++) {
      open.desk.offer();
      vi.advanceTimersByTime(4000);
    }
    vi.advanceTimersByTime(600_000);
    const last = new Map(open.calls.map((call) => [call.id, call.state]));
    expect(new Set(last.values())).toEqual(new Set(['ended']));
    expect(open.desk.callsOf('alice').length).toBeLessThanOrEqual(8);
  });
});
