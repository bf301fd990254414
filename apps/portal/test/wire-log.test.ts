import type { PollAnswer } from '@pollux/core';
import { describe, expect, it } from 'vitest';
import { sentenceOf } from '../src/page/wire/sentences.ts';
import type { Exchange } from '../src/page/wire/wire-entry.ts';
import { createWireLog } from '../src/page/wire/wire-log.ts';

const message = (cursor: string) => ({ kind: 'direct', id: cursor, cursor, type: 't', data: 1, acceptedMs: 0 }) as const;

/** A log, and a shorter way to tell it of requests and answers. */
function startLog() {
  let now = 1000;
  const log = createWireLog(4, () => now);
  return {
    log,
    ask(seq: number, cursors: Record<string, string | null>) {
      const applications = Object.fromEntries(Object.entries(cursors).map(([name, cursor]) => [name, { cursor }]));
      log.record({ kind: 'request', seq, wait: 25, body: JSON.stringify({ applications }) });
    },
    tell(seq: number, applications: PollAnswer['applications'], status = 200) {
      now += 2500;
      const body = status === 200 ? JSON.stringify({ session: 's', applications }) : '';
      log.record({ kind: 'answer', seq, status, durationMs: 2500, body });
    },
    first: () => log.entries[0] as Exchange,
  };
}

describe('wire log', () => {
  it('shows a request as held until its answer comes', () => {
    const { ask, tell, first } = startLog();
    ask(1, { calls: null, news: null });
    expect(first()).toMatchObject({ state: 'held', applications: ['calls', 'news'], wait: 25, startedMs: 1000 });
    tell(1, {}, 204);
    expect(first()).toMatchObject({ state: 'answered', status: 204, endedMs: 3500 });
  });

  it('says which applications came together', () => {
    const { ask, tell, first } = startLog();
    ask(1, { calls: null, news: null });
    tell(1, {
      calls: { cursor: 'c2', messages: [message('c1'), message('c2')] },
      news: { cursor: 'n1', messages: [message('n1')] },
    });
    expect(first().delivered).toEqual([
      { application: 'calls', count: 2 },
      { application: 'news', count: 1 },
    ]);
    expect(sentenceOf(first())).toBe('3 messages together');
  });

  it('counts what a returned cursor acknowledges, once', () => {
    const { ask, tell, first } = startLog();
    ask(1, { calls: null });
    tell(1, { calls: { cursor: 'c3', messages: [message('c1'), message('c2'), message('c3')] } });
    ask(2, { calls: 'c2' });
    expect(first().acknowledged).toEqual([{ application: 'calls', count: 2 }]);
    tell(2, {}, 204);
    ask(3, { calls: 'c2' });
    expect(first().acknowledged).toEqual([]);
    tell(3, {}, 204);
    ask(4, { calls: 'c3' });
    expect(first().acknowledged).toEqual([{ application: 'calls', count: 1 }]);
  });

  it('tells a failure, an announced loss and a refusal apart', () => {
    const { ask, tell, first, log } = startLog();
    ask(1, { calls: null });
    log.record({ kind: 'request-failed', seq: 1, reason: 'the network is away', retryInMs: 700 });
    expect(sentenceOf(first())).toBe('No answer: the network is away');
    ask(2, { calls: null });
    tell(2, { calls: { cursor: 'c9', gap: { losses: [{ reason: 'reset' }] } } });
    expect(sentenceOf(first())).toBe('A loss announced to calls');
    ask(3, { calls: 'c9' });
    tell(3, undefined, 409);
    expect(sentenceOf(first())).toBe('Refused with 409');
  });

  it('keeps the newest entries and the sums of all', () => {
    const { ask, tell, log } = startLog();
    for (let seq = 1; seq <= 9; seq++) {
      ask(seq, { calls: null });
      tell(seq, { calls: { cursor: `c${seq}`, messages: [message(`c${seq}`)] } });
    }
    expect(log.entries).toHaveLength(4);
    expect(log.totals).toMatchObject({ requests: 9, messages: 9 });
    expect(log.totals.bytes).toBeGreaterThan(900);
  });
});

describe('a request taken back', () => {
  it('is no longer held when a newer one begins', () => {
    const { ask, tell, log, first } = startLog();
    ask(1, { calls: null });
    ask(2, { calls: null });
    expect(log.entries.map((entry) => entry.kind === 'exchange' && entry.state)).toEqual(['held', 'replaced']);
    tell(2, {}, 204);
    expect(first().state).toBe('answered');
  });
});
