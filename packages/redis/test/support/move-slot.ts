/**
 * Moves a slot with its keys to another primary of a cluster, as its operator does. `meanwhile` is called
 * before the first key goes, or after those named `first`.
 */
import type { startCluster } from '../../src/testing/index.ts';

export async function moveSlot(
  { processes }: Awaited<ReturnType<typeof startCluster>>,
  slot: number,
  meanwhile?: () => Promise<void>,
  first: readonly string[] = [],
): Promise<void> {
  const named = await Promise.all(
    processes.map(async (process) => ({ process, id: String(await process.ask(['CLUSTER', 'MYID'])) })),
  );
  const owner = await ownerOf(slot, processes);
  const from = named.find(({ process }) => process.port === owner);
  const to = named.find(({ process }) => process.port !== owner);
  if (from === undefined || to === undefined) throw new Error('a slot cannot be moved in a cluster of one');
  const at = String(slot);
  await to.process.ask(['CLUSTER', 'SETSLOT', at, 'IMPORTING', from.id]);
  await from.process.ask(['CLUSTER', 'SETSLOT', at, 'MIGRATING', to.id]);
  const send = (keys: readonly string[]) =>
    from.process.ask(['MIGRATE', '127.0.0.1', String(to.process.port), '', '0', '5000', 'KEYS', ...keys]);
  if (first.length > 0) await send(first);
  await meanwhile?.();
  for (;;) {
    const keys = (await from.process.ask(['CLUSTER', 'GETKEYSINSLOT', at, '100'])) as string[];
    if (keys.length === 0) break;
    await send(keys);
  }
  for (const { process } of [to, from, ...named]) await process.ask(['CLUSTER', 'SETSLOT', at, 'NODE', to.id]);
}

async function ownerOf(slot: number, processes: Awaited<ReturnType<typeof startCluster>>['processes']): Promise<number> {
  const ranges = (await processes[0]?.ask(['CLUSTER', 'SLOTS'])) as [number, number, [string, number]][];
  return ranges.find(([from, to]) => slot >= from && slot <= to)?.[2][1] ?? 0;
}
