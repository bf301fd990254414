/**
 * The logs of groups and of everyone, read once for all who follow them at this node. Who asks is given what was read
 * last, unless something was appended since, a message in it has expired, the reader is further than that, or it is
 * older than a look may be. Whoever needs more waits for one reading, which all share who come before it is sent.
 */
import type { ExchangeRequest, Place, QueueExchange, QueueReading, QuietQueue } from '@pollux/core/server';
import { type BufferContext, callWhole } from './context.ts';
import { type LogAnswer, type LogState, readLog, stands, stateAfter } from './log-state.ts';

/**
 * Milliseconds for which a reading serves without a sign that there is more: what a wake-up that was lost, or a message
 * taken out by another node, may come later by.
 */
const servesMs = 250;
/** Milliseconds after which a log that nobody follows is forgotten. */
const idleMs = 60_000;
/** Bytes of messages of all logs that are kept; beyond that the log is forgotten that was longest unused. */
const keptBytes = 33_554_432;

interface Log {
  readonly address: string;
  readonly application: string;
  state: LogState | undefined;
  /** When it was asked for, and until when this node is told of what comes; monotonic. */
  readMs: number;
  toldUntilMs: number;
  usedMs: number;
  /** The clock of the store, less this process's. */
  offsetMs: number;
  /** How far it was sent to anybody, in its present epoch. */
  sentTo: number;
  /** Grows with each reason to read; a reading satisfies those that there were when it was sent. */
  wanted: number;
  satisfied: number;
  running: Promise<void> | undefined;
}

export interface Logs {
  /** Reads logs of one address for one session. */
  read(request: ExchangeRequest, address: string, queues: readonly QueueExchange[]): Promise<readonly QueueReading[]>;
  /** Whether a log is another than it was. */
  isOther(address: string, queue: QuietQueue, keepMs: number): Promise<boolean>;
  /** Something came or left; without an application, in all logs of the address. */
  changed(address: string, application?: string): void;
}

/** Whether an address, by its name, has logs instead of queues. */
export function isLog(address: string): boolean {
  return !address.startsWith('r');
}

export function createLogs(context: BufferContext): Logs {
  const { clock } = context;
  const logs = new Map<string, Log>();
  let bytes = 0;

  /** Finds a log, and has it be the last that is forgotten. */
  function open(address: string, application: string, nowMs: number): Log {
    const name = `${application}:${address}`;
    const log = logs.get(name) ?? {
      ...{ address, application, state: undefined, running: undefined, usedMs: nowMs },
      ...{ readMs: 0, toldUntilMs: 0, offsetMs: 0, sentTo: 0, wanted: 1, satisfied: 0 },
    };
    logs.delete(name);
    logs.set(name, log);
    log.usedMs = nowMs;
    return log;
  }

  function forgetUnused(nowMs: number): void {
    for (const [name, { usedMs, running, state }] of logs) {
      if (running !== undefined) continue;
      if (nowMs - usedMs <= idleMs && (bytes <= keptBytes || logs.size === 1)) return;
      logs.delete(name);
      bytes -= state?.bytes ?? 0;
    }
  }

  /** How much of a log's reasons to read must be satisfied before this reader is served. */
  function need(log: Log, { handled, read, limit }: QueueExchange, keepMs: number, nowMs: number): number {
    const { state } = log;
    if (state === undefined) return log.wanted;
    if (log.running === undefined && isOld(log, state, keepMs, nowMs)) log.wanted++;
    // It was here at another node, which knows more; or nowhere.
    if (!stands(state, read ?? handled)) return ++log.wanted;
    // Once for all who come with this news.
    if (noteSent(log, state, read) || noteSent(log, state, limit)) log.wanted++;
    return log.wanted;
  }

  function isOld(log: Log, { expiresMs }: LogState, keepMs: number, nowMs: number): boolean {
    if (nowMs - log.readMs > servesMs || log.toldUntilMs < nowMs + keepMs / 4) return true;
    return expiresMs <= (context.scriptTime() || nowMs + log.offsetMs);
  }

  /** Reads again until everything is satisfied that is needed. */
  async function satisfy(needs: readonly (readonly [log: Log, needed: number])[], keepMs: number): Promise<void> {
    for (;;) {
      const behind = needs.flatMap(([log, needed]) => (log.satisfied < needed ? [log] : []));
      if (behind.length === 0) return;
      const idle = behind.filter(({ running }) => running === undefined);
      if (idle.length > 0) {
        const reading = update(idle, keepMs).finally(() => {
          for (const log of idle) log.running = undefined;
        });
        for (const log of idle) log.running = reading;
      }
      await Promise.all(behind.map(({ running }) => running));
    }
  }

  /** Reads logs of one address in one call: what follows on what is known of them, or all. */
  async function update(all: readonly Log[], keepMs: number, isWhole = false): Promise<void> {
    const [first] = all;
    if (first === undefined) return;
    const sentMs = clock.monotonic();
    const wanted = all.map((log) => log.wanted);
    const args = [first.address, context.node, String(Math.ceil(keepMs))];
    for (const { application, state, sentTo } of all) {
      const known = isWhole ? undefined : state;
      args.push(application, known?.epoch ?? '', String(known?.last ?? 0), String(sentTo), context.newEpoch());
    }
    const answer = await callWhole(context, 'follow', context.keys.bucketOf(first.address), args);
    const answers = answer[2] as readonly LogAnswer[];
    const incomplete = all.filter((log, index) => {
      const next = stateAfter(log.state, answers[index] as LogAnswer);
      if (next === undefined) return true;
      set(log, next);
      log.readMs = sentMs;
      log.toldUntilMs = sentMs + keepMs / 2;
      log.offsetMs = Number(answer[1]) - sentMs;
      log.satisfied = wanted[index] as number;
      return false;
    });
    await update(incomplete, keepMs, true);
  }

  function set(log: Log, state: LogState): void {
    if (state.epoch !== log.state?.epoch) log.sentTo = 0;
    // One that was forgotten meanwhile serves who waits for it, and is gone with them.
    if (logs.get(`${log.application}:${log.address}`) === log) bytes += state.bytes - (log.state?.bytes ?? 0);
    log.state = state;
  }

  return {
    async read({ maxBytes, keepMs }, address, queues) {
      const nowMs = clock.monotonic();
      forgetUnused(nowMs);
      const found = queues.map((asked) => open(address, asked.application, nowMs));
      await satisfy(
        found.map((log, index) => [log, need(log, queues[index] as QueueExchange, keepMs, nowMs)]),
        keepMs,
      );
      return queues.map((asked, index) => readLog((found[index] as Log).state as LogState, asked, maxBytes));
    },
    async isOther(address, { application, epoch, last, ...queue }, keepMs) {
      const nowMs = clock.monotonic();
      const log = open(address, application, nowMs);
      // Not as `read`, which would say that it was sent.
      const asked = { ...queue, application, read: undefined, handled: { epoch, position: last } };
      await satisfy([[log, need(log, asked, keepMs, nowMs)]], keepMs);
      return log.state?.epoch !== epoch || log.state.last !== last;
    },
    changed(address, application) {
      if (application !== undefined) {
        const log = logs.get(`${application}:${address}`);
        if (log !== undefined) log.wanted++;
        return;
      }
      for (const log of logs.values()) if (log.address === address) log.wanted++;
    },
  };
}

/** Notes that a place was sent; tells whether that is news. */
function noteSent(log: Log, { epoch, last }: LogState, place: Place | undefined): boolean {
  if (place === undefined || place.epoch !== epoch || place.position <= log.sentTo) return false;
  log.sentTo = Math.min(place.position, last);
  return true;
}
