import { z } from 'zod';
import type { AdminProcedures } from '../contract/router.ts';
import type { AddressKind, RoutingGraph, RoutingInput } from '../contract/routing.ts';
import type { AdminContext } from './context.ts';
import { countDelivered, type Delivered } from './routing-deliveries.ts';
import { pendingOf, readSessions } from './session-rows.ts';
import { ask, guarded } from './trpc.ts';

/** Addresses read to say how much waits in each kind. */
const addressesRead = 10_000;

function countAccepted({ journal }: AdminContext, fromMs: number): RoutingGraph['accepted'] {
  const found = new Map<string, { application: string; to: AddressKind; messages: number }>();
  for (const { accepted } of journal.journeys.all()) {
    if (accepted.atMs < fromMs) continue;
    const to = accepted.address.kind;
    const entry = found.get(`${to} ${accepted.application}`) ?? { application: accepted.application, to, messages: 0 };
    entry.messages += 1;
    found.set(`${to} ${accepted.application}`, entry);
  }
  return [...found.values()];
}

function readRecipients({ options: { server } }: AdminContext): RoutingGraph['recipients'] {
  const found = new Map<string, { recipient: string; sessions: number; pending: number; applications: string[] }>();
  for (const { recipient, applications } of readSessions(server)) {
    const entry = found.get(recipient) ?? { recipient, sessions: 0, pending: 0, applications: [] };
    entry.sessions += 1;
    entry.pending = Math.max(entry.pending, pendingOf(applications));
    for (const { application } of applications)
      if (!entry.applications.includes(application)) entry.applications.push(application);
    found.set(recipient, entry);
  }
  return [...found.values()];
}

async function readWaiting({ options: { server } }: AdminContext): Promise<RoutingGraph['waiting']> {
  const { rows } = await ask(() => server.inspect.buffer.addresses({ limit: addressesRead }));
  const waiting = { recipient: 0, group: 0, everyone: 0 };
  for (const { address, messages } of rows) waiting[address.kind] += messages;
  return waiting;
}

/** Names the busiest recipients; what goes to the others is put together under the recipient `''`. */
function choose(
  recipients: RoutingGraph['recipients'],
  delivered: readonly Delivered[],
  count: number,
): { readonly chosen: RoutingGraph['recipients']; readonly others: number } {
  const traffic = new Map<string, number>();
  for (const each of delivered) traffic.set(each.recipient, (traffic.get(each.recipient) ?? 0) + each.messages);
  const known = new Set(['', ...recipients.map((each) => each.recipient)]);
  const gone = [...traffic.keys()].filter((name) => !known.has(name));
  const all = [...recipients, ...gone.map((recipient) => ({ recipient, sessions: 0, pending: 0, applications: [] }))];
  const chosen = all
    .sort((a, b) => (traffic.get(b.recipient) ?? 0) - (traffic.get(a.recipient) ?? 0) || a.recipient.localeCompare(b.recipient))
    .slice(0, count);
  return { chosen, others: all.length - chosen.length };
}

async function graph(context: AdminContext, input: RoutingInput): Promise<RoutingGraph> {
  const { windowSeconds = 60, recipients: count = 12 } = input;
  const { inspect } = context.options.server;
  const { nowMs, startedMs } = inspect.totals();
  const fromMs = nowMs - windowSeconds * 1000;
  const { journeys } = context.journal;
  const everybody = countDelivered(journeys.all(), fromMs, undefined);
  const { chosen, others } = choose(readRecipients(context), everybody.delivered, count);
  const names = new Set(chosen.map((each) => each.recipient));
  const oldest = journeys.all()[Symbol.iterator]().next();
  return {
    windowSeconds,
    nowMs,
    applications: inspect.applications().map(({ name, title, sessions }) => ({ name, title, sessions })),
    accepted: countAccepted(context, fromMs),
    delivered: countDelivered(journeys.all(), fromMs, names).delivered,
    recipients: chosen,
    others,
    waiting: await readWaiting(context),
    partial:
      startedMs > fromMs || everybody.partial || (journeys.forgotten > 0 && !oldest.done && oldest.value.accepted.atMs > fromMs),
  };
}

const graphInput = z.object({
  windowSeconds: z.number().int().min(10).max(3600).optional(),
  recipients: z.number().int().min(1).max(40).optional(),
});

export const routing: AdminProcedures['routing'] = {
  graph: guarded.input(graphInput).query(({ ctx, input }) => graph(ctx, input)),
};
