/**
 * Log lines from life-cycle events. Fields are picked one by one, so nothing of a payload, a token or what a client
 * says of its own failures gets into a line.
 */
import type { CommunicationServer, ServerEvent } from '@pollux/core/server';
import type { Logger } from 'pino';
import { createGatheredLines } from './gathered-lines.ts';

type Level = 'error' | 'warn' | 'info';

interface Line {
  readonly level: Level;
  readonly event: string;
  readonly application?: string;
  readonly reason?: string;
  /** The buffer's own sentence for operators: it knows no payloads. */
  readonly why?: string;
  readonly text: string;
}

const secondsTogether = 10;
const mostIds = 20;

/** What operators shall see of an event at any time, if anything; such lines are gathered. */
function lineOf(event: ServerEvent): Line | undefined {
  switch (event.kind) {
    case 'refused':
      return { level: 'warn', event: event.kind, application: event.application, reason: event.code, text: 'publish refused' };
    case 'failed':
      return {
        level: 'warn',
        event: event.kind,
        application: event.application,
        text: "message parked: a client's handler failed",
      };
    case 'buffer-failed':
      return { level: 'error', event: event.kind, reason: event.stage, why: event.reason, text: 'message buffer failed' };
    case 'removed':
      return lossOf(event);
    case 'accepted':
    case 'delivered':
    case 'acknowledged':
    case 'gap':
    case 'session-opened':
    case 'session-closed':
    case 'poll-superseded':
    case 'poll-held':
    case 'poll-answered':
      return undefined;
  }
}

function lossOf({ kind, application, reason }: Extract<ServerEvent, { kind: 'removed' }>): Line | undefined {
  if (reason === 'acknowledged' || reason === 'collapsed' || reason === 'withdrawn') return undefined;
  return { level: 'info', event: kind, application, reason, text: 'messages removed unacknowledged' };
}

/** Every event with its identifying fields, for level `debug` (polls: `trace`). */
function detailsOf(event: ServerEvent): Record<string, unknown> {
  const { kind, atMs: _, ...details } = event;
  // A client wrote the reason of a failure: it may quote the payload.
  if (event.kind === 'failed') return { event: kind, ...details, reason: undefined };
  if (!('ids' in event) || event.ids.length <= mostIds) return { event: kind, ...details };
  return { event: kind, ...details, ids: event.ids.slice(0, mostIds), more: event.ids.length - mostIds };
}

function isPoll(event: ServerEvent): boolean {
  return event.kind === 'poll-held' || event.kind === 'poll-answered';
}

/** Writes events as log lines from now on; returns the way to stop. `silent` listens to nothing. */
export function logEvents(server: CommunicationServer, logger: Logger): () => void {
  if (logger.level === 'silent') return () => {};
  const debug = logger.isLevelEnabled('debug');
  const trace = logger.isLevelEnabled('trace');
  const known = new Set(server.applications);
  const lines = createGatheredLines<Line>(secondsTogether, ({ level, text, ...fields }, count) => {
    logger[level]({ ...fields, ...(count > 1 && { count }) }, text);
  });

  function gather(event: ServerEvent, line: Line): void {
    // A stranger's invention must not make a kind of its own.
    const application = line.application === undefined || known.has(line.application) ? line.application : 'unknown';
    const count = event.kind === 'removed' ? event.ids.length : 1;
    lines.add(
      `${line.event} ${application} ${line.reason}`,
      { ...line, ...(application !== undefined && { application }) },
      count,
    );
  }

  const stop = server.observe((event) => {
    const line = lineOf(event);
    if (line !== undefined) gather(event, line);
    if (trace && isPoll(event)) logger.trace(detailsOf(event), event.kind);
    else if (debug && !isPoll(event)) logger.debug(detailsOf(event), event.kind);
  });
  return () => {
    stop();
    lines.flush();
  };
}
