import type { Address } from '@pollux/core';
import { z } from 'zod';
import type { AddressesInput, AddressesPage, PeekInput, PeekPage, QueueRow } from '../contract/buffer.ts';
import type { AdminProcedures } from '../contract/router.ts';
import type { AdminContext } from './context.ts';
import { address, applicationName, limit, offset, position, text } from './inputs.ts';
import { queuedRow } from './stored.ts';
import { ask, guarded } from './trpc.ts';

async function addresses({ options: { server } }: AdminContext, input: AddressesInput): Promise<AddressesPage> {
  const { buffer } = server.inspect;
  const { filter, offset: after = 0, limit: count = 100, includeEmpty = false } = input;
  const page = await ask(() => buffer.addresses({ after, limit: count, includeEmpty, ...(filter ? { filter } : {}) }));
  return { rows: page.rows, total: page.total, totals: await ask(() => buffer.totals()), nowMs: server.inspect.totals().nowMs };
}

async function queues({ options: { server } }: AdminContext, of: Address): Promise<readonly QueueRow[]> {
  const { queueMessages: messages, queueBytes: bytes } = server.limits;
  const found = await ask(() => server.inspect.buffer.queues(of));
  return found.map(({ address: _, ...queue }) => ({ ...queue, bound: { messages, bytes } }));
}

async function peek({ options: { server } }: AdminContext, input: PeekInput): Promise<PeekPage> {
  const { application, parked = false, after = 0, limit: count = 50 } = input;
  const queue = { address: input.address, application };
  const { buffer } = server.inspect;
  const queues = await ask(() => buffer.queues(input.address));
  const epoch = queues.find((each) => each.application === application)?.epoch;
  const found = epoch === undefined ? [] : await ask(() => buffer.peek(queue, { after, limit: count + 1, parked }));
  return {
    rows: found.slice(0, count).map((message) => queuedRow(epoch ?? '', message)),
    more: found.length > count,
    nowMs: server.inspect.totals().nowMs,
  };
}

const addressesInput = z.object({ filter: text.optional(), offset, limit: limit(500), includeEmpty: z.boolean().optional() });
const peekInput = z.object({
  address,
  application: applicationName,
  parked: z.boolean().optional(),
  after: position,
  limit: limit(200),
});

export const buffer: AdminProcedures['buffer'] = {
  addresses: guarded.input(addressesInput).query(({ ctx, input }) => addresses(ctx, input)),
  queues: guarded.input(z.object({ address })).query(({ ctx, input }) => queues(ctx, input.address)),
  peek: guarded.input(peekInput).query(({ ctx, input }) => peek(ctx, input)),
};
