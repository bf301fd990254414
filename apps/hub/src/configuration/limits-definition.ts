/** The bounds of the wire as settings, each between what still works and what still makes sense. */
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { defaultLimits, type Limits } from '@pollux/core';
import { z } from 'zod';
import { wholeNumber } from './fields.ts';

const megabyte = 1_048_576;
const day = 86_400;

/** Bytes that this process may use before it fails: the machine's memory, or less where V8 is told to stop earlier. */
export function usableMemory(): number {
  return Math.min(totalmem(), getHeapStatistics().heap_size_limit);
}

/** Smallest, largest, meaning. The default is the core's. */
const bounds = {
  holdSeconds: [1, 55, 'Longest time that a poll is held, in seconds.'],
  holdSpreadSeconds: [
    0,
    54,
    'A random part of up to this many seconds is taken off each hold, so that polls do not end together.',
  ],
  streamSeconds: [10, day, 'Age at which a stream is ended, in seconds, give or take a random fifth.'],
  heartbeatSeconds: [1, 120, 'Seconds of silence after which a stream sends a heartbeat.'],
  sessionSeconds: [5, day, 'A session is forgotten after this many seconds without contact.'],
  messageBytes: [256, 16 * megabyte, 'Bytes of one message as stored.'],
  publishBytes: [256, 64 * megabyte, 'Bytes of one publish request.'],
  publishRecipients: [1, 100_000, 'Recipients named by one notification.'],
  pollBytes: [1024, 16 * megabyte, "Bytes of a poll's body."],
  responseBytes: [1024, 64 * megabyte, 'Bytes of messages that one answer carries; the rest follows at once.'],
  jsonDepth: [4, 200, 'Nesting of a JSON body.'],
  jsonKeys: [16, 1_000_000, 'Object members of a JSON body, all levels together.'],
  queueMessages: [1, 1_000_000, 'Messages in one queue.'],
  queueBytes: [1024, 1024 * megabyte, 'Bytes in one queue.'],
  addressBytes: [1024, 16_384 * megabyte, 'Bytes in all queues of one address.'],
  heldPolls: [1, 1_000_000, 'Polls held at once; past it a poll is answered at once with a longer interval.'],
  heldPollsPerRecipient: [
    1,
    10_000,
    'Polls held at once for one recipient; past it a poll is answered at once with a longer interval.',
  ],
  sessionsPerRecipient: [1, 10_000, 'Sessions of one recipient; past it a new one is refused with 429.'],
  sessions: [1, 10_000_000, 'Sessions of this server; past it a new one is refused with 503.'],
  applicationsPerSession: [1, 1000, 'Applications of one session.'],
  groupsPerSession: [1, 111, 'Groups of one session.'],
  ttlSeconds: [1, 365 * day, 'Time to live of a message whose publisher names none, in seconds.'],
  ttlMaxSeconds: [1, 365 * day, 'Longest time to live that is granted, in seconds; a longer one is reduced to it.'],
  stubSeconds: [60, 365 * day, 'How long an empty queue is remembered after its last use, in seconds.'],
  keySeconds: [1, 365 * day, 'How long an idempotency key is remembered beyond its message, in seconds.'],
  hiddenSeconds: [0, 3600, 'Seconds that clients wait between short polls while all their pages are hidden; 0: they hold polls.'],
  gatherMs: [0, 20, 'A burst that follows a first message by at most this many milliseconds shares one answer.'],
} as const satisfies { readonly [Name in Exclude<keyof Limits, 'bufferBytes'>]: readonly [number, number, string] };

function limit(name: keyof typeof bounds): z.ZodDefault<z.ZodInt> {
  const [min, max, description] = bounds[name];
  return wholeNumber({ min, max, default: defaultLimits[name], description });
}

const bufferRule = 'must be a whole number of bytes from 1048576 to 1099511627776, for example 536870912';

const bufferBytes = z
  .int({ error: bufferRule })
  .min(megabyte, { error: bufferRule })
  .max(megabyte ** 2, { error: bufferRule })
  .describe(
    'Bytes in all queues of the buffer. Default: half of the memory that the process may use; 512 MiB for a buffer of kind "redis".',
  );

/** `limits`, before the default of `bufferBytes`, which depends on the machine, is filled in. */
export const limitsDefinition: z.ZodType<Omit<Limits, 'bufferBytes'> & { readonly bufferBytes?: number }> = z
  .strictObject(
    {
      ...(Object.fromEntries((Object.keys(bounds) as (keyof typeof bounds)[]).map((name) => [name, limit(name)])) as {
        [Name in keyof typeof bounds]: z.ZodDefault<z.ZodInt>;
      }),
      bufferBytes: bufferBytes.exactOptional(),
    },
    { error: 'must be an object of bounds, for example { "holdSeconds": 25 }' },
  )
  .prefault({})
  .describe('Every bound of the wire. Sizes are bytes of UTF-8, times are seconds, unless the name says otherwise.');
