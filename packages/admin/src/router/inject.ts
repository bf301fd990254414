import type { Limits, Notification } from '@pollux/core';
import { TRPCError } from '@trpc/server';
import { z } from 'zod';
import type { InjectAnswer, InjectInput, InjectSchemas } from '../contract/inject.ts';
import type { AdminProcedures } from '../contract/router.ts';
import { type AdminContext, audit } from './context.ts';
import { applicationName, mostRecipients, recipientName } from './inputs.ts';
import { compactJson, measureJson } from './json-text.ts';
import { readSessions } from './session-rows.ts';
import { ask, guarded } from './trpc.ts';

const suggestions = 200;

function schemas({ options: { server } }: AdminContext): InjectSchemas {
  const recipients = new Set<string>();
  const groups = new Set<string>();
  const following = new Map<string, Set<string>>();
  for (const session of readSessions(server)) {
    recipients.add(session.recipient);
    for (const { application } of session.applications)
      following.set(application, (following.get(application) ?? new Set()).add(session.recipient));
    for (const group of session.groups) if (groups.size < suggestions) groups.add(group);
  }
  const { messageBytes, ttlSeconds, ttlMaxSeconds } = server.limits;
  return {
    applications: server.inspect.applications().map(({ name, title, fetchTargets, schemas: byType }) => {
      return { name, title, fetchTargets, schemas: byType, recipients: following.get(name)?.size ?? 0 };
    }),
    recipients: [...recipients].slice(0, suggestions).sort(),
    recipientCount: recipients.size,
    groups: [...groups].sort(),
    limits: { messageBytes, ttlSeconds, ttlMaxSeconds },
  };
}

/** Checks what every publisher's body is checked for. */
function parseData(text: string, { jsonDepth, jsonKeys }: Limits): unknown {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw new TRPCError({ code: 'BAD_REQUEST', message: `The payload is not valid JSON: ${(cause as Error).message}`, cause });
  }
  const { depth, keys } = measureJson(text);
  // One level is the notification itself.
  if (depth + 1 > jsonDepth)
    throw new TRPCError({ code: 'BAD_REQUEST', message: `The payload goes ${depth} levels deep; ${jsonDepth - 1} are allowed.` });
  if (keys > jsonKeys)
    throw new TRPCError({ code: 'BAD_REQUEST', message: `The payload has ${keys} members; ${jsonKeys} are allowed.` });
  return data;
}

/** Leaves out what is undefined: on the wire a missing field and a null one differ. */
function given<T extends object>(fields: { readonly [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function notificationOf(input: InjectInput, limits: Limits): Notification {
  const { to, kind, type, ttl, urgency, topic, key, fetch } = input;
  const terms = given<Pick<Notification, 'ttl' | 'urgency' | 'topic' | 'key'>>({ ttl, urgency, topic, key });
  if (kind === 'direct') return { to, kind, type, data: parseData(input.data ?? '', limits), ...terms } as Notification;
  if (!fetch) throw new TRPCError({ code: 'BAD_REQUEST', message: 'A fetch notification needs the address to fetch.' });
  const { href, version, spread } = fetch;
  return {
    to,
    kind,
    type,
    fetch: { href, ...given<{ version: string; spread: number }>({ version, spread }) },
    ...terms,
  } as Notification;
}

function resultOf({ accepted, refused }: InjectAnswer): string {
  const ids = accepted.slice(0, 5).map(({ id }) => id);
  const more = accepted.length > ids.length ? ` and ${accepted.length - ids.length} more` : '';
  const stored = accepted.length > 0 ? `accepted ${ids.join(' ')}${more}` : 'accepted none';
  return refused && refused.length > 0 ? `${stored}, refused ${refused.length} (${refused[0]?.problem.code})` : stored;
}

function audienceOf(to: InjectInput['to']): string {
  if ('recipients' in to)
    return to.recipients.length === 1 ? `recipient ${to.recipients[0]}` : `${to.recipients.length} recipients`;
  return 'group' in to ? `group ${to.group}` : 'everyone';
}

async function send(context: AdminContext, input: InjectInput): Promise<InjectAnswer> {
  const target = `${input.application} ${input.type} to ${audienceOf(input.to)}`;
  try {
    const { server } = context.options;
    const notification = notificationOf(input, server.limits);
    const payload = notification.kind === 'direct' ? compactJson(input.data ?? '') : undefined;
    const answer = await ask(() => server.publish(input.application, [notification], [payload]));
    audit(context, { action: 'inject', target, result: resultOf(answer) });
    return answer;
  } catch (error) {
    audit(context, { action: 'inject', target, result: error instanceof TRPCError ? error.code : 'failed' });
    throw error;
  }
}

const audience = z.union(
  [
    z.strictObject({ recipients: z.array(recipientName).min(1).max(mostRecipients) }),
    z.strictObject({ group: recipientName }),
    z.strictObject({ everyone: z.literal(true) }),
  ],
  { error: `must be 1 to ${mostRecipients} recipients, a group or everyone` },
);

const sendInput = z.object({
  application: applicationName,
  to: audience,
  kind: z.enum(['direct', 'fetch']),
  type: z.string().min(1).max(256),
  data: z.string().max(4_194_304).optional(),
  fetch: z
    .object({
      href: z.string().min(1).max(2048),
      version: z.string().max(256).optional(),
      spread: z.number().min(0).max(60).optional(),
    })
    .optional(),
  ttl: z.number().int().min(1).optional(),
  urgency: z.enum(['very-low', 'low', 'normal', 'high']).optional(),
  topic: z.string().min(1).max(256).optional(),
  key: z.string().min(1).max(256).optional(),
});

export const inject: AdminProcedures['inject'] = {
  schemas: guarded.query(({ ctx }) => schemas(ctx)),
  send: guarded.input(sendInput).mutation(({ ctx, input }) => send(ctx, input)),
};
