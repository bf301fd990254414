/** The lines of an export: JSON Lines with a head, a line for each queue, and a foot by which a cut-off file is known. */
import type { StoredQueue } from '@pollux/core/server';
import { z } from 'zod';

/** The version of the format; a reader refuses a newer one. */
export const transferVersion = 1;

const count = z.int().min(0);
const instant = z.number().min(0);
const name = z.string().min(1);
const epoch = z.string().regex(/^[\w-]{11}$/, 'must be an epoch: 11 characters of the base64url alphabet');
const members = z.string().refine(isMembers, 'must be the members of a JSON object, without its braces');

function isMembers(text: string): boolean {
  try {
    JSON.parse(`{${text}}`);
    return true;
  } catch {
    return false;
  }
}

const message = z.object({
  position: z.int().min(1),
  members,
  size: count,
  acceptedMs: instant,
  waitingSinceMs: instant,
  expiresMs: instant,
  urgency: z.enum(['very-low', 'low', 'normal', 'high']),
  topic: z.string().optional(),
});

const queue = z
  .object({
    address: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('recipient'), name }),
      z.object({ kind: z.literal('group'), name }),
      z.object({ kind: z.literal('everyone') }),
    ]),
    application: name,
    epoch,
    last: count,
    freedTo: count,
    handledTo: count,
    sentTo: count,
    hasHoles: z.boolean(),
    losses: z.array(
      z.object({
        reason: z.enum(['expired', 'overflow', 'reset', 'purged', 'parked', 'acknowledged']),
        from: count,
        to: count,
        count: count.optional(),
      }),
    ),
    messages: z.array(message),
    parked: z.array(z.object({ message, reason: z.string() })),
    keys: z.array(z.object({ key: name, id: z.string(), fingerprint: z.string(), untilMs: instant })),
    places: z.array(z.object({ session: name, handled: count, untilMs: instant })).optional(),
    endings: z
      .array(
        z.tuple([count, z.enum(['acknowledged', 'expired', 'overflow', 'collapsed', 'withdrawn', 'parked', 'purged', 'erased'])]),
      )
      .optional(),
  })
  .refine(({ messages, last }) => inOrder(messages, last), {
    path: ['messages'],
    error: 'must stand in the order of their positions, none beyond the last one assigned',
  });

function inOrder(messages: readonly { readonly position: number }[], last: number): boolean {
  let before = 0;
  for (const { position } of messages) {
    if (position <= before) return false;
    before = position;
  }
  return before <= last;
}

const line = z.union([
  z.strictObject({ queue }),
  z.strictObject({ pollux: z.literal('buffer'), version: z.int().min(1), atMs: instant }),
  z.strictObject({ end: z.literal(true), queues: count, messages: count }),
]);

/** One line of an export. */
export type TransferLine =
  | { readonly pollux: 'buffer'; readonly version: number; readonly atMs: number }
  | { readonly queue: StoredQueue }
  | { readonly end: true; readonly queues: number; readonly messages: number };

/** A line that cannot be taken: which, and why. */
export class TransferError extends Error {
  override readonly name = 'TransferError';
}

function faultOf(value: unknown): string {
  const isQueue = typeof value === 'object' && value !== null && 'queue' in value;
  const { error } = isQueue ? z.strictObject({ queue }).safeParse(value) : line.safeParse(value);
  const issue = error?.issues[0];
  const path = issue?.path.map(String).join('.');
  return isQueue && issue !== undefined ? `${path}: ${issue.message}` : 'it is neither head, queue nor foot of an export';
}

/** Reads a line; throws `TransferError` with its number. */
export function readTransferLine(text: string, number: number): TransferLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TransferError(`Line ${number} is not JSON`);
  }
  const parsed = line.safeParse(value);
  if (!parsed.success) throw new TransferError(`Line ${number} cannot be taken: ${faultOf(value)}`);
  // The shapes agree but for members that JSON leaves out where they are undefined.
  return parsed.data as TransferLine;
}
