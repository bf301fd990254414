import { z } from 'zod';
import type { ClientRow, ClientsInput, ClientsPage } from '../contract/clients.ts';
import type { AdminProcedures } from '../contract/router.ts';
import { type AdminContext, audit } from './context.ts';
import { applicationName, limit, offset, recipientName, text } from './inputs.ts';
import { clientRow, readSessions } from './session-rows.ts';
import { guarded } from './trpc.ts';

const listInput = z.object({
  filter: text.optional(),
  application: applicationName.optional(),
  sort: z.enum(['recipient', 'openedMs', 'lastContactMs', 'delivered', 'pending', 'polls']).optional(),
  descending: z.boolean().optional(),
  offset,
  limit: limit(200),
});

function compare(sort: NonNullable<ClientsInput['sort']>, descending: boolean): (a: ClientRow, b: ClientRow) => number {
  const sign = descending ? -1 : 1;
  return (a, b) => {
    const order = sort === 'recipient' ? a.recipient.localeCompare(b.recipient) : a[sort] - b[sort];
    return sign * order || (a.session < b.session ? -1 : 1);
  };
}

function list({ options: { server } }: AdminContext, input: ClientsInput): ClientsPage {
  const { application, sort = 'recipient', descending = false, offset: from = 0, limit: count = 50 } = input;
  const found = readSessions(server, input.filter)
    .filter((session) => !application || session.applications.some((each) => each.application === application))
    .map(clientRow)
    .sort(compare(sort, descending));
  return { rows: found.slice(from, from + count), total: found.length, nowMs: server.inspect.totals().nowMs };
}

function sessionsOf({ options: { server } }: AdminContext, recipient: string): number {
  return readSessions(server, recipient).filter((session) => session.recipient === recipient).length;
}

/** Milliseconds that the console waits for other servers to be told, which goes on after it. */
const tellingMs = 3000;

async function isOverWithin(told: PromiseLike<void>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const isLate = new Promise<boolean>((settle) => {
    timer = setTimeout(() => settle(false), ms);
  });
  try {
    return await Promise.race([told.then(() => true), isLate]);
  } finally {
    clearTimeout(timer);
  }
}

export const clients: AdminProcedures['clients'] = {
  list: guarded.input(listInput).query(({ ctx, input }) => list(ctx, input)),
  get: guarded.input(z.object({ session: z.string().min(1).max(200) })).query(({ ctx, input }) => {
    const found = ctx.options.server.inspect.session(input.session);
    return found ? clientRow(found) : null;
  }),
  disconnect: guarded.input(z.object({ recipient: recipientName })).mutation(async ({ ctx, input }) => {
    const { recipient } = input;
    const sessions = sessionsOf(ctx, recipient);
    const told = ctx.options.server.disconnect(recipient);
    const isToldToAll = told === undefined || (await isOverWithin(told, tellingMs));
    const rest = isToldToAll ? '' : ', other servers not told yet';
    audit(ctx, { action: 'disconnect', target: `recipient ${recipient}`, result: `ok, ${sessions} sessions${rest}` });
    return { recipient, sessions, isToldToAll };
  }),
};
