/** Publishing: the entries of each address by one script, all of them in one go. */
import { type AppendEntry, type AppendOutcome, addressKey, messageId } from '@pollux/core/server';
import { type BufferContext, callWhole } from './context.ts';
import { encodeTopic, urgencyLetter } from './element.ts';
import type { Bucket } from './keys.ts';

/** Entries of one call: a script holds up everybody else for as long as it runs. */
const batch = 100;

/** Stores each entry or says why not. */
export async function appendAll(context: BufferContext, entries: readonly AppendEntry[]): Promise<readonly AppendOutcome[]> {
  const [only] = entries;
  if (only !== undefined && entries.length === 1) return appendTo(context, addressKey(only.address), entries);
  const byAddress = new Map<string, number[]>();
  for (const [index, { address }] of entries.entries()) {
    const key = addressKey(address);
    const known = byAddress.get(key);
    if (known === undefined) byAddress.set(key, [index]);
    else known.push(index);
  }
  const outcomes: AppendOutcome[] = [];
  await Promise.all(
    [...byAddress].flatMap(([key, indexes]) =>
      runs(indexes).map(async (run) => {
        const found = await appendTo(
          context,
          key,
          run.map((index) => entries[index] as AppendEntry),
        );
        for (const [place, index] of run.entries()) outcomes[index] = found[place] as AppendOutcome;
      }),
    ),
  );
  return outcomes;
}

function runs<T>(all: readonly T[]): readonly (readonly T[])[] {
  if (all.length <= batch) return [all];
  return Array.from({ length: Math.ceil(all.length / batch) }, (_, run) => all.slice(run * batch, (run + 1) * batch));
}

async function appendTo(context: BufferContext, key: string, entries: readonly AppendEntry[]): Promise<readonly AppendOutcome[]> {
  const bucket = context.keys.bucketOf(key);
  const args = [key, context.node, String(bytesBeside(context, bucket))];
  for (const entry of entries) {
    args.push(
      entry.application,
      entry.members,
      String(entry.size),
      String(Math.round(entry.ttlSeconds * 1000)),
      urgencyLetter(entry.urgency),
      encodeTopic(entry.topic),
      entry.key === undefined ? '' : `=${entry.key}`,
      entry.fingerprint,
      entry.overflow,
      context.newEpoch(),
    );
  }
  const answer = await callWhole(context, 'append', bucket, args);
  const [, results, nodes, bytes] = answer as [unknown, AppendResult[], string[], number];
  if (bytes >= 0) context.bytes[bucket.index] = bytes;
  if (nodes.length > 0) {
    const names = new Set(entries.filter((_, index) => results[index]?.[0] === 'stored').map(({ application }) => application));
    for (const application of names) context.wakeUps.tell(nodes, `${application}:${key}`);
  }
  return results.map(outcomeOf);
}

/** Bytes in all other buckets, as far as this node knows. */
function bytesBeside({ bytes }: BufferContext, { index }: Bucket): number {
  let sum = 0;
  for (const [other, count] of bytes.entries()) if (other !== index) sum += count;
  return sum;
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
