import { eventKinds } from '@pollux/core/server';
import { z } from 'zod';
import type { AdminProcedures } from '../contract/router.ts';
import { streamFrames } from '../live/stream.ts';
import { applicationName, recipientName, text } from './inputs.ts';
import { readTick } from './stats.ts';
import { guarded } from './trpc.ts';

const input = z.object({
  lastEventId: z.string().max(64).nullish(),
  filter: z
    .object({
      application: applicationName.optional(),
      recipient: recipientName.optional(),
      kinds: z.array(z.enum(eventKinds)).max(eventKinds.length).optional(),
      text: text.optional(),
    })
    .optional(),
  rows: z.boolean().optional(),
  backlog: z.number().int().min(0).max(1000).optional(),
});

export const live: AdminProcedures['live'] = {
  stream: guarded.input(input).subscription(({ ctx, input: wanted, signal }) => {
    const { journal, options, closing, user } = ctx;
    return streamFrames({
      journal,
      input: wanted,
      tick: () => readTick(options.server),
      signal: signal ? AbortSignal.any([signal, closing]) : closing,
      allowed: () => user?.valid() ?? false,
    });
  }),
};
