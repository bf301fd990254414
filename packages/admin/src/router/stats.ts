import type { ApplicationSummary, BufferInspection, CommunicationServer, SessionSummary } from '@pollux/core/server';
import type { Tick } from '../contract/feed.ts';
import type { AdminProcedures } from '../contract/router.ts';
import type { ApplicationRow, StatsSnapshot } from '../contract/stats.ts';
import { type Journal, rateSeconds } from '../journal/journal.ts';
import { pendingOf, readSessions } from './session-rows.ts';
import { guarded } from './trpc.ts';

const topCount = 8;

function sum(counts: Readonly<Record<string, number>>, except?: string): number {
  return Object.entries(counts).reduce((total, [reason, count]) => (reason === except ? total : total + count), 0);
}

const unknownTotals = { addresses: 0, queues: 0, messages: 0, bytes: 0, parked: 0 };

/** What is in the buffer; nothing of one that does not answer, so that what it says of its state is seen all the same. */
async function bufferTotals({ inspect }: CommunicationServer): Promise<Awaited<ReturnType<BufferInspection['totals']>>> {
  try {
    return await inspect.buffer.totals();
  } catch (error) {
    if (inspect.storage().state === 'failed') return unknownTotals;
    throw error;
  }
}

/** The counters of this moment. */
export async function readTick(server: CommunicationServer): Promise<Tick> {
  const totals = server.inspect.totals();
  const buffer = await bufferTotals(server);
  const removed = server.inspect.applications().reduce((total, each) => total + sum(each.removed, 'acknowledged'), 0);
  const { nowMs, sessions, heldPolls, polls, accepted, refused, delivered, acknowledged, draining } = totals;
  const { messages: bufferMessages, bytes: bufferBytes, parked } = buffer;
  const { state: bufferState, detail: bufferDetail } = server.inspect.storage();
  return {
    nowMs,
    sessions,
    heldPolls,
    polls,
    accepted,
    refused,
    delivered,
    acknowledged,
    removed,
    draining,
    bufferState,
    bufferDetail,
    bufferMessages,
    bufferBytes,
    parked,
  };
}

function applicationRow(journal: Journal, nowMs: number, summary: ApplicationSummary): ApplicationRow {
  const { schemas, ...rest } = summary;
  return { ...rest, types: Object.keys(schemas), recent: journal.applicationRates(summary.name).read(nowMs, 60) };
}

function applicationRows(server: CommunicationServer, journal: Journal): readonly ApplicationRow[] {
  const { nowMs } = server.inspect.totals();
  return server.inspect.applications().map((summary) => applicationRow(journal, nowMs, summary));
}

function topRecipients(rows: readonly SessionSummary[]): StatsSnapshot['topRecipients'] {
  const found = new Map<string, { recipient: string; sessions: number; delivered: number; pending: number }>();
  for (const { recipient, delivered, applications } of rows) {
    const entry = found.get(recipient) ?? { recipient, sessions: 0, delivered: 0, pending: 0 };
    entry.sessions += 1;
    entry.delivered += delivered;
    entry.pending = Math.max(entry.pending, pendingOf(applications));
    found.set(recipient, entry);
  }
  return [...found.values()].sort((a, b) => b.delivered - a.delivered).slice(0, topCount);
}

async function snapshot(server: CommunicationServer, journal: Journal): Promise<StatsSnapshot> {
  const { inspect, limits } = server;
  const totals = inspect.totals();
  const { addresses, queues } = await bufferTotals(server);
  const { grade, figures = {} } = inspect.storage();
  const { journeys, events, rates } = journal;
  const read = (ring: typeof rates.accepted) => ring.read(totals.nowMs, rateSeconds);
  return {
    startedMs: totals.startedMs,
    tick: await readTick(server),
    addresses,
    queues,
    emptyPolls: totals.emptyPolls,
    storage: { grade, figures },
    limits: { bufferBytes: limits.bufferBytes, heldPolls: limits.heldPolls, sessions: limits.sessions },
    history: {
      endSecond: Math.floor(totals.nowMs / 1000) - 1,
      accepted: read(rates.accepted),
      delivered: read(rates.delivered),
      acknowledged: read(rates.acknowledged),
      removed: read(rates.removed),
    },
    deliveryLatency: journeys.deliveryLatency.read(),
    handlingLatency: journeys.handlingLatency.read(),
    applications: applicationRows(server, journal),
    topRecipients: topRecipients(readSessions(server)),
    journal: { messages: journeys.size, capacity: journeys.capacity, events: events.size },
  };
}

export const stats: AdminProcedures['stats'] = {
  snapshot: guarded.query(({ ctx }) => snapshot(ctx.options.server, ctx.journal)),
};

export const apps: AdminProcedures['apps'] = {
  list: guarded.query(({ ctx }) => applicationRows(ctx.options.server, ctx.journal)),
};
