/** A cluster whose primaries fail under load, and what its clients were given and told meanwhile. */
import type { Loss, Place } from '@pollux/core/server';
import { groupBy } from '../../src/group-by.ts';
import { createKeys } from '../../src/keys.ts';
import { openWithScripts } from '../../src/redis-buffer.ts';
import { createScripts } from '../../src/scripts/index.ts';
import { slotOf } from '../../src/slots.ts';
import { type RedisCluster, startCluster } from '../../src/testing/index.ts';
import { entryOf, readingOf, textsOf, untilDone } from './entries.ts';

/** Who is sent messages. */
export const recipients: readonly string[] = Array.from({ length: 12 }, (_, index) => `user${index}`);
const [primaries, buckets] = [3, 32];
const sleepers = everyOtherOfEachPrimary();
const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** Whichever primary is killed, some of its recipients sleep and some are awake. */
function everyOtherOfEachPrimary(): ReadonlySet<string> {
  const { bucketOf } = createKeys('', buckets);
  const primaryOf = (name: string) => Math.floor((slotOf(bucketOf(`r${name}`).totals) * primaries) / 16_384);
  const groups = [...groupBy(recipients, primaryOf).values()];
  if (groups.length < primaries) throw new Error('a primary has no recipient');
  return new Set(groups.flatMap((group) => group.filter((_, index) => index % 2 === 0)));
}

type Buffer = Awaited<ReturnType<typeof openWithScripts>>;

/** One client of one recipient: what it was given, and between which positions it was told of losses. */
function reader(buffer: Buffer, recipient: string) {
  const seen: string[] = [];
  const losses: Loss[] = [];
  let place: Place | undefined;
  let resets = 0;
  return {
    seen,
    get isTold() {
      return losses.length + resets > 0;
    },
    async turn(): Promise<number> {
      const [reading] = await buffer.exchange(readingOf(recipient, place, place));
      if (reading === undefined) throw new Error('no reading');
      seen.push(...textsOf(reading));
      losses.push(...reading.losses);
      if (reading.reset) resets++;
      const end = reading.more ? (reading.messages.at(-1)?.position ?? reading.after) : reading.last;
      place = { epoch: reading.epoch, position: end };
      return reading.messages.length;
    },
  };
}

export interface Outcome {
  readonly accepted: number;
  readonly lost: number;
  /** Lost messages of recipients who were told of no loss. */
  readonly silent: readonly string[];
  readonly twice: number;
  readonly backMs: readonly number[];
}

/**
 * What happens to primaries: they are killed; killed while their replicas have not heard of what came last; or stopped, and
 * go on later as if nothing had happened.
 */
export type Fate = 'killed' | 'killed-ahead' | 'stopped';

/** Publishes and reads for all recipients while primaries meet a fate, one after the other. */
async function underLoad(cluster: RedisCluster, buffer: Buffer, rounds: number, fate: Fate): Promise<Outcome> {
  const isLagging = fate === 'killed-ahead';
  const accepted = new Map(recipients.map((name) => [name, [] as string[]]));
  const clients = new Map(recipients.map((name) => [name, reader(buffer, name)]));
  let isOver = false;
  // Every other client asks for nothing while a replica takes over that knows less than the client.
  let isAsleep = false;
  const publishing = recipients.map(async (name) => {
    for (let count = 0; !isOver; count++) {
      const text = `${name} ${count}`;
      const { value } = await untilDone(() => buffer.append([entryOf(name, text, { key: text })]));
      if (value[0]?.kind === 'stored' || value[0]?.kind === 'duplicate') accepted.get(name)?.push(text);
      await pause(2);
    }
  });
  const reading = recipients.map(async (name) => {
    while (!isOver) {
      while (isAsleep && sleepers.has(name) && !isOver) await pause(5);
      await untilDone(() => clients.get(name)?.turn());
      await pause(5);
    }
  });
  const backMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await pause(300);
    const [victim] = (await cluster.primaries()).toSorted(() => Math.random() - 0.5);
    if (victim === undefined) throw new Error('there is no primary');
    const replica = isLagging ? await cluster.replicaOf(victim) : undefined;
    await replica?.kill();
    if (isLagging) await pause(500);
    isAsleep = isLagging;
    await pause(20);
    if (fate === 'stopped') victim.signal('SIGSTOP');
    else await victim.kill();
    // It comes back with what its own file says, and there is nobody whom it could ask for the rest.
    await replica?.start();
    const from = performance.now();
    await Promise.all(recipients.map((name) => untilDone(() => buffer.append([entryOf(name, `back ${round}`)]))));
    backMs.push(performance.now() - from);
    if (isLagging) await pause(2000);
    isAsleep = false;
    if (fate === 'stopped') victim.signal('SIGCONT');
    else await victim.start();
    await cluster.settled();
  }
  isOver = true;
  await Promise.all([...publishing, ...reading]);
  for (const client of clients.values()) while ((await untilDone(() => client.turn())).value > 0);
  const silent: string[] = [];
  let [lost, twice, all] = [0, 0, 0];
  for (const [name, texts] of accepted) {
    const client = clients.get(name);
    const seen = new Set(client?.seen);
    const own = client?.seen.filter((text) => !text.startsWith('back')) ?? [];
    const missing = texts.filter((text) => !seen.has(text));
    all += texts.length;
    lost += missing.length;
    twice += own.length - new Set(own).size;
    if (client?.isTold !== true) silent.push(...missing);
  }
  return { accepted: all, lost, silent, twice, backMs };
}

/** What came of it. */
export async function outcomeOf(rounds: number, fate: Fate, makeScripts: typeof createScripts = createScripts): Promise<Outcome> {
  await using cluster = await startCluster({ primaries, replicas: 1, settings: { appendonly: 'yes' } });
  const buffer = await openWithScripts({ url: cluster.urls, buckets, commandTimeoutMs: 1000 }, makeScripts);
  try {
    const outcome = await underLoad(cluster, buffer, rounds, fate);
    const back = outcome.backMs.map((ms) => ms.toFixed(0)).join(', ');
    const { accepted, lost, silent, twice } = outcome;
    console.log(
      `${accepted} accepted, ${lost} lost, ${silent.length} of them in silence, ${twice} twice; all are served again after ${back} ms`,
    );
    return outcome;
  } finally {
    await buffer.close();
  }
}
