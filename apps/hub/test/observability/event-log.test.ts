import type { CommunicationServer, ServerEvent } from '@pollux/core/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogLevel } from '../../src/configuration/configuration.ts';
import { logEvents } from '../../src/observability/event-log.ts';
import { createGatheredLines } from '../../src/observability/gathered-lines.ts';
import { createLogger } from '../../src/observability/logger.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Only what the log uses of a server: its events are told by the test. */
function open(level: LogLevel) {
  const listeners = new Set<(event: ServerEvent) => void>();
  const server: Pick<CommunicationServer, 'applications' | 'observe'> = {
    applications: ['orders'],
    observe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger(level, { write: (text) => void lines.push(JSON.parse(text)) });
  const stop = logEvents(server as CommunicationServer, logger);
  const tell = (event: ServerEvent): void => listeners.forEach((listener) => void listener(event));
  return { lines, stop, tell, listeners };
}

const address = { kind: 'recipient', name: 'alice' } as const;
const session = { session: 's_1', recipient: 'alice' };
const refused = { kind: 'refused', atMs: 0, application: 'orders', code: 'queue-full' } as const;
const failed = {
  kind: 'failed',
  atMs: 0,
  application: 'orders',
  address,
  ...session,
  id: 'm1',
  reason: 'card 4111-1111',
} as const;

describe('the log of events', () => {
  it('writes a flood as two lines', () => {
    const { lines, tell } = open('info');
    for (let i = 0; i < 1000; i++) tell(refused);
    expect(lines).toMatchObject([
      { level: 40, event: 'refused', application: 'orders', reason: 'queue-full', msg: 'publish refused' },
    ]);
    vi.advanceTimersByTime(10_000);
    expect(lines.slice(1)).toMatchObject([{ level: 40, count: 999 }]);
  });

  it('makes one kind of all names that strangers invent', () => {
    const { lines, tell } = open('info');
    for (let i = 0; i < 1000; i++) tell({ ...refused, application: `x${i}`, code: 'unknown-application' });
    expect(lines).toMatchObject([{ application: 'unknown', reason: 'unknown-application' }]);
  });

  it('tells losses, not what went as it should', () => {
    const { lines, tell } = open('info');
    tell({ kind: 'removed', atMs: 0, application: 'orders', address, reason: 'acknowledged', ids: ['a'] });
    tell({ kind: 'removed', atMs: 0, application: 'orders', address, reason: 'expired', ids: ['a', 'b'] });
    tell({ kind: 'session-opened', atMs: 0, ...session, applications: ['orders'] });
    expect(lines).toMatchObject([{ level: 30, event: 'removed', reason: 'expired', count: 2 }]);
  });

  it('writes what is gathered when it stops, and hears nothing more', () => {
    const { lines, tell, stop, listeners } = open('info');
    tell(refused);
    tell(refused);
    stop();
    expect(lines).toHaveLength(2);
    expect(listeners.size).toBe(0);
  });

  it.each<LogLevel>(['info', 'debug', 'trace'])('never repeats what a client says of its failure, at %s', (level) => {
    const { lines, tell } = open(level);
    tell(failed);
    expect(lines[0]).toMatchObject({ level: 40, event: 'failed' });
    expect(JSON.stringify(lines)).not.toContain('4111');
  });

  it('tells every event at debug, polls only at trace', () => {
    const poll = { kind: 'poll-held', atMs: 0, ...session, applications: ['orders'] } as const;
    const delivered = {
      kind: 'delivered',
      atMs: 0,
      ...session,
      address,
      application: 'orders',
      poll: 1,
      transport: 'long-poll',
      ids: Array.from({ length: 50 }, String),
    } as const;
    const atDebug = open('debug');
    atDebug.tell(poll);
    atDebug.tell(delivered);
    expect(atDebug.lines).toMatchObject([{ level: 20, event: 'delivered', recipient: 'alice', more: 30 }]);
    const atTrace = open('trace');
    atTrace.tell(poll);
    expect(atTrace.lines).toMatchObject([{ level: 10, event: 'poll-held' }]);
  });

  it('does not listen when it is silent', () => {
    expect(open('silent').listeners.size).toBe(0);
  });
});

describe('gathered lines', () => {
  it('begin anew after a quiet time', () => {
    const written: number[] = [];
    const lines = createGatheredLines<null>(10, (_, count) => void written.push(count));
    lines.add('a', null);
    vi.advanceTimersByTime(10_000);
    lines.add('a', null);
    lines.add('a', null, 5);
    lines.flush();
    expect(written).toEqual([1, 1, 5]);
  });
});
