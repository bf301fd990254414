/**
 * Publishing. Entries that come within one turn of the event loop go to Redis together, those of one bucket by one call:
 * most of what a call costs, it costs once.
 */
import { type AppendEntry, type AppendOutcome, addressKey, messageId } from '@pollux/core/server';
import { type BufferContext, bytesBeside, callWhole } from './context.ts';
import { encodeTopic, longestMs, urgencyLetter } from './element.ts';
import { groupBy } from './group-by.ts';
import type { Bucket } from './keys.ts';
import type { Logs } from './logs.ts';

/** Entries of one call: a script holds up everybody else for as long as it runs. */
const batch = 100;

/** An entry on its way. */
interface Pending {
  readonly entry: AppendEntry;
  readonly name: string;
  settle(outcome: AppendOutcome): void;
  fail(error: unknown): void;
}

export interface Appender {
  /** Stores each entry or says why not; rejects where that is not known of one of them. */
  append(entries: readonly AppendEntry[]): Promise<readonly AppendOutcome[]>;
}

export function createAppender(context: BufferContext, logs: Logs): Appender {
  let waiting: Pending[] = [];

  function flush(): void {
    const byBucket = groupBy(waiting, ({ name }) => context.keys.bucketOf(name));
    waiting = [];
    for (const [bucket, pending] of byBucket) {
      for (let from = 0; from < pending.length; from += batch)
        void send(context, logs, bucket, pending.slice(from, from + batch));
    }
  }

  function enter(pending: Pending): void {
    if (waiting.length === 0) setImmediate(flush);
    waiting.push(pending);
  }

  return {
    append: (entries) =>
      Promise.all(
        entries.map(
          (entry) =>
            new Promise<AppendOutcome>((settle, fail) => enter({ entry, name: addressKey(entry.address), settle, fail })),
        ),
      ),
  };
}

async function send(context: BufferContext, logs: Logs, bucket: Bucket, all: readonly Pending[]): Promise<void> {
  try {
    const args = [context.node, String(bytesBeside(context, bucket))];
    for (const { entry, name } of all) pushArguments(args, entry, name, context.newEpoch());
    const answer = await callWhole(context, 'append', bucket, args);
    const [, results, wakes, bytes] = answer as [unknown, AppendResult[], string[][], number];
    for (const { name, entry } of all) logs.changed(name, entry.application);
    await context.replication.reached(bucket);
    if (bytes >= 0) context.bytes[bucket.index] = bytes;
    for (const [name, ...nodes] of wakes) tellReaders(context, all, results, name ?? '', nodes);
    for (const [index, { settle }] of all.entries()) settle(outcomeOf(results[index] as AppendResult));
  } catch (error) {
    for (const { fail } of all) fail(error);
  }
}

function pushArguments(args: string[], entry: AppendEntry, name: string, epoch: string): void {
  args.push(
    name,
    entry.application,
    entry.members,
    String(entry.size),
    String(Math.min(Math.round(entry.ttlSeconds * 1000), longestMs)),
    urgencyLetter(entry.urgency),
    encodeTopic(entry.topic),
    entry.key === undefined ? '' : `=${entry.key}`,
    entry.fingerprint,
    entry.overflow,
    epoch,
  );
}

function tellReaders(
  { wakeUps }: BufferContext,
  all: readonly Pending[],
  results: readonly AppendResult[],
  name: string,
  nodes: readonly string[],
): void {
  const stored = all.filter((pending, index) => pending.name === name && results[index]?.[0] === 'stored');
  for (const application of new Set(stored.map(({ entry }) => entry.application))) wakeUps.tell(nodes, `${application}:${name}`);
}

type AppendResult = readonly [kind: string, epoch: string, position: number, replaced: number];

function outcomeOf([kind, epoch, position, replaced]: AppendResult): AppendOutcome {
  switch (kind) {
    case 'stored': {
      const stored = { kind, id: messageId(epoch, position), position } as const;
      return replaced === 0 ? stored : { ...stored, collapsed: messageId(epoch, replaced) };
    }
    case 'duplicate':
      return { kind, id: messageId(epoch, position) };
    case 'conflict':
      return { kind };
    default:
      return { kind: 'full', bound: kind as 'queue' | 'address' | 'buffer' };
  }
}
