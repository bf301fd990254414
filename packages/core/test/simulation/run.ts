/** One seed's world from its beginning to its end. */
import { checkAcknowledged, checkAlive, checkEmpty, checkLogs } from './check-end.ts';
import type { Kind } from './faults.ts';
import { createHost } from './host.ts';
import { createLedger } from './ledger.ts';
import { createNetwork } from './network.ts';
import { createPublisher, type Publisher } from './publisher.ts';
import type { Sabotage } from './sabotage.ts';
import { createSeededRandom } from './seeded-random.ts';
import { drawSettings, type Settings } from './settings.ts';
import { createTrace } from './trace.ts';
import { openFor, startTrouble } from './trouble.ts';
import { createVirtualTime } from './virtual-time.ts';
import type { Violation, World } from './world.ts';

export interface RunOptions {
  readonly sabotage?: Sabotage;
  readonly settings?: Partial<Settings>;
  /** Keeps the whole record, not its hash alone. */
  readonly trace?: boolean;
}

export interface Report {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly counts: ReadonlyMap<Kind, number>;
  readonly steps: number;
  readonly virtualMs: number;
  readonly accepted: number;
  readonly handled: number;
  /** Two runs of a seed have the same. */
  readonly hash: string;
  readonly trace: readonly string[];
}

/** Milliseconds that sleep, back-offs, hung handlers and held polls may take before all is well again. */
const recoveryMs = 100_000;
/** Within this a message is handled once all is well (I9): the pause between short polls, where nothing else got through, and a way back. */
const promptMs = 12_000;

/** A whole turn of the event loop: every promise that can go on has gone on. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    (globalThis as unknown as { setImmediate(run: () => void): void }).setImmediate(resolve);
  });

export async function runSeed(
  seed: number,
  { sabotage = {}, settings: given, trace: keepsTrace = false }: RunOptions = {},
): Promise<Report> {
  const random = createSeededRandom(seed);
  const settings = { ...drawSettings(random), ...given };
  const time = createVirtualTime();
  const trace = createTrace(keepsTrace);
  const counts = new Map<Kind, number>();
  const violations: Violation[] = [];
  const own = (): World => world;
  const world: World = {
    seed,
    settings,
    time,
    random,
    sabotage,
    ledger: createLedger(own),
    network: createNetwork(own),
    host: createHost(own),
    pages: [],
    groups: new Map(settings.recipients.map((recipient) => [recipient, settings.groups])),
    counts,
    violations,
    isStormy: true,
    count: (kind) => void counts.set(kind, (counts.get(kind) ?? 0) + 1),
    note: (text) => trace.add(`${time.elapsedMs.toFixed(3)} ${text}`),
    fail: (invariant, text) => {
      trace.add(`VIOLATION ${invariant} ${text}`);
      violations.push({ invariant, atMs: time.elapsedMs, text });
    },
  };
  const steps = await live(world);
  const handled = world.pages.reduce(
    (sum, { records }) =>
      sum + [...records.values()].reduce((n, { log }) => n + log.filter(({ kind }) => kind === 'done').length, 0),
    0,
  );
  return {
    seed,
    violations,
    counts,
    steps,
    virtualMs: time.elapsedMs,
    accepted: world.ledger.byId.size,
    handled,
    hash: trace.hash(),
    trace: trace.lines,
  };
}

async function live(world: World): Promise<number> {
  const { settings, random, time } = world;
  let steps = 0;
  const pass = async (ms: number): Promise<void> => {
    const untilMs = time.elapsedMs + ms;
    while (world.violations.length === 0 && time.step(untilMs)) {
      steps++;
      await turn();
    }
  };
  world.host.start();
  const publishers = Array.from({ length: settings.publishers }, (_, index) => createPublisher(world, `publisher${index}`));
  for (const publisher of publishers) publisher.start();
  for (const recipient of settings.recipients)
    for (let i = 0; i < settings.pagesPerRecipient; i++) openFor(world, random.fork(), recipient);
  startTrouble(world);
  await pass(settings.chaosMs);
  world.isStormy = false;
  world.host.start();
  await pass(recoveryMs);
  if (world.violations.length > 0) return steps;
  await probe(world, publishers, pass);
  if (world.violations.length === 0) await end(world, pass);
  return steps;
}

/** With the faults over, each application of each page gets a message within the time promised. */
async function probe(world: World, publishers: readonly Publisher[], pass: (ms: number) => Promise<void>): Promise<void> {
  checkAlive(world);
  for (const application of Object.keys(world.settings.applications)) {
    const notification = {
      to: { recipients: world.settings.recipients },
      kind: 'direct',
      type: 'note',
      data: application,
      ttl: 60,
    } as const;
    void publishers[0]?.publish(application, [notification]);
  }
  // Where there is no place to hold all polls, some have to come back in 10 seconds.
  const isCrowded = world.pages.filter((page) => !page.isGone).length > (world.settings.limits.heldPollsPerRecipient ?? 4);
  await pass(isCrowded ? 2 * promptMs : promptMs);
  checkAlive(world);
  checkLogs(world);
  checkAcknowledged(world);
}

async function end(world: World, pass: (ms: number) => Promise<void>): Promise<void> {
  const { limits } = world.settings;
  for (const page of world.pages) if (!page.isGone) void page.close();
  await pass(20_000);
  const { ttlSeconds = 0, keySeconds = 0, stubSeconds = 0, sessionSeconds = 0 } = limits;
  const restMs = 1000 * (ttlSeconds + keySeconds + stubSeconds + sessionSeconds + 60);
  // Nobody waits for a promise any more; the sweeps alone go on.
  if (world.violations.length === 0) world.time.advance(restMs);
  checkEmpty(world);
}
