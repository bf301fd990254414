/** What the console sees of sessions and applications. */
import type { QueueSummary } from '../buffer/inspection.ts';
import type { ApplicationEntry, ServerContext } from './context.ts';
import type { ApplicationSummary, ServerInspection, SessionSummary } from './server-inspection.ts';
import type { Session, SessionApplication } from './session.ts';

/** Looking into a server without touching it. */
export function createInspection(context: ServerContext, startedMs: number): ServerInspection {
  return {
    buffer: context.buffer.inspect,
    storage: () => ({ state: 'ok', ...context.buffer.health?.(), grade: context.buffer.supports.grade }),
    limits: context.limits,
    totals: () => ({
      ...context.totals,
      startedMs,
      nowMs: context.now(),
      sessions: context.sessions.size,
      heldPolls: context.held,
      draining: context.drainSeconds !== undefined,
    }),
    applications: () => [...context.applications.values()].map(summariseApplication),
    sessions({ filter, after = 0, limit }) {
      const wanted = filter?.toLowerCase();
      const found = [...context.sessions.values()].filter((session) => wanted === undefined || describes(session, wanted));
      found.sort((a, b) => b.lastContactMs - a.lastContactMs);
      return {
        rows: found.slice(after, after + limit).map((session) => summariseSession(context, session)),
        total: found.length,
      };
    },
    session(id) {
      const session = context.sessions.get(id);
      return session === undefined ? undefined : summariseSession(context, session);
    },
  };
}

function describes(session: Session, wanted: string): boolean {
  return (
    session.entry.recipient.toLowerCase().includes(wanted) ||
    session.id.toLowerCase().includes(wanted) ||
    [...session.applications.keys()].some((name) => name.includes(wanted))
  );
}

function summariseSession(context: ServerContext, session: Session): SessionSummary {
  const queues = context.buffer.inspect.queues(session.entry.address);
  const known = 'then' in queues ? undefined : queues;
  return {
    session: session.id,
    recipient: session.entry.recipient,
    groups: session.groups,
    openedMs: session.openedMs,
    lastContactMs: session.held === undefined ? session.lastContactMs : context.now(),
    transport: session.transport,
    heldSinceMs: session.held?.arrivedMs,
    polls: session.polls,
    delivered: session.delivered,
    applications: [...session.applications.values()].map((application) => ({
      application: application.name,
      delivered: application.delivered,
      pending: known === undefined ? undefined : pendingIn(known, application),
      maxDelay: application.maxDelay,
    })),
  };
}

/** What waits for this session: another one of the recipient may be behind it. */
function pendingIn(queues: readonly QueueSummary[], { name, followings }: SessionApplication): number {
  const queue = queues.find(({ application }) => application === name);
  if (queue === undefined) return 0;
  const { epoch, last, messages } = queue;
  const own = followings.find(({ address }) => address.kind === 'recipient');
  return own?.epoch === epoch ? Math.min(messages, Math.max(0, last - own.acknowledged)) : messages;
}

function summariseApplication(entry: ApplicationEntry): ApplicationSummary {
  const { name, options, sessions, accepted, refused, delivered, acknowledged, removed } = entry;
  return {
    name,
    title: options.title,
    fetchTargets: options.fetchTargets ?? [],
    overflow: options.overflow,
    retain: options.retain ?? 'acknowledged',
    schemas: options.schemas ?? {},
    sessions: sessions.size,
    accepted,
    refused,
    delivered,
    acknowledged,
    removed: Object.fromEntries(removed),
  };
}
