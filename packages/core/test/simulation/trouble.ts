/** What befalls the world while it is stormy: servers die, pages are closed and sleep, clocks jump, operators interfere. */
import type { Page } from './page.ts';
import { openPage } from './page.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { World } from './world.ts';

/** Opens a page of a recipient; its applications join one after another. */
export function openFor(world: World, random: SeededRandom, recipient: string): void {
  const page = openPage(world, recipient);
  world.pages.push(page);
  world.note(`open ${page.caller.name}`);
  for (const application of Object.keys(world.settings.applications)) {
    if (random.chance(0.1) && world.isStormy) continue;
    const later = random.chance(0.3) ? random.exponential(3000) : 0;
    world.time.schedule(later, () => page.join(application));
  }
}

export function startTrouble(world: World): void {
  const random = world.random.fork();
  const alive = (): readonly Page[] => world.pages.filter((page) => !page.isGone && !page.isAsleep);
  const again = (): void => {
    world.time.schedule(random.exponential(world.settings.troubleMs), () => {
      if (!world.isStormy) return;
      trouble(world, random, alive());
      again();
    });
  };
  again();
}

function trouble(world: World, random: SeededRandom, alive: readonly Page[]): void {
  const kinds = [...(alive.length > 0 ? pageTroubles : []), ...serverTroubles];
  const [name, run] = random.pick(kinds);
  world.note(`trouble ${name}`);
  run(world, random, alive.length > 0 ? random.pick(alive) : undefined);
}

type Trouble = readonly [name: string, run: (world: World, random: SeededRandom, page: Page | undefined) => void];

const longestSleepMs = 40_000;
const jumpsMs = [-86_400_000, -3_600_000, 3_600_000, 86_400_000, 7000];

const pageTroubles: readonly Trouble[] = [
  [
    'reload',
    (world, random, page) => {
      if (page === undefined) return;
      world.count('page-reloaded');
      page.vanish();
      world.time.schedule(random.exponential(500), () => openFor(world, random, page.recipient));
    },
  ],
  [
    'close',
    (world, random, page) => {
      if (page === undefined) return;
      world.count('page-closed');
      void page.close();
      world.time.schedule(random.exponential(6000), () => openFor(world, random, page.recipient));
    },
  ],
  [
    'sleep',
    (world, random, page) => {
      world.count('page-slept');
      page?.sleep(Math.min(random.exponential(15_000), longestSleepMs));
    },
  ],
  [
    'jump',
    (world, random, page) => {
      world.count('page-clock-jumped');
      page?.clock.jump(random.pick(jumpsMs));
    },
  ],
  [
    'cut-off',
    (world, random, page) => {
      if (page === undefined) return;
      world.count('network-out');
      world.network.cutOff(page.caller, world.time.elapsedMs + random.exponential(8000));
    },
  ],
  [
    'leave',
    (world, random, page) => {
      const application = page?.joined()[0];
      if (application === undefined) return;
      world.count('application-left');
      page?.leave(application);
      world.time.schedule(random.exponential(3000), () => page?.join(application));
    },
  ],
];

const serverTroubles: readonly Trouble[] = [
  [
    'kill',
    (world, random) => {
      if (world.host.instance === undefined || !random.chance(0.6)) return;
      world.count('server-killed');
      world.host.kill();
      world.time.schedule(random.pick([0, 500, 5000]), () => world.host.start());
    },
  ],
  [
    'drain',
    (world, random) => {
      if (world.host.instance === undefined || !random.chance(0.6)) return;
      world.count('server-drained');
      void world.host.drain(random.pick([0, 1000]));
    },
  ],
  [
    'server-jump',
    (world, random) => {
      world.count('server-clock-jumped');
      world.host.instance?.clock.jump(random.pick(jumpsMs));
    },
  ],
  [
    'groups',
    (world, random) => {
      world.count('group-changed');
      const { recipients, groups } = world.settings;
      world.groups.set(
        random.pick(recipients),
        groups.filter(() => random.chance(0.5)),
      );
    },
  ],
  [
    'disconnect',
    (world, random) => {
      if (!random.chance(0.3)) return;
      world.count('recipient-disconnected');
      world.host.disconnect(random.pick(world.settings.recipients));
    },
  ],
  ['purge', purge],
];

/** An operator removes a message that waits. */
function purge(world: World, random: SeededRandom): void {
  const pending = [...world.ledger.byId.values()].filter(({ left }) => left === undefined);
  if (pending.length === 0) return;
  const taken = world.host.instance?.buffer.take(random.pick(pending).id, { kind: 'purge' });
  if (typeof taken === 'object') void taken.then(undefined, () => undefined);
}
