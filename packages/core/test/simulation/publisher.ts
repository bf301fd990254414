/** An application's server: it publishes, and does not give up when it gets no answer. */
import type { Notification, PublishAnswer, RefusedNotification } from '../../src/protocol/types.ts';
import type { Caller } from './network.ts';
import { applicationOrigin } from './settings.ts';
import type { ActorClock } from './virtual-time.ts';
import type { World } from './world.ts';

export interface Publisher {
  /** Publishes for as long as the world is stormy. */
  start(): void;
  /** Publishes one notification now, and resolves when its fate is known, or given up. */
  publish(application: string, notifications: readonly Notification[]): Promise<PublishAnswer | undefined>;
  /** What is under way. */
  readonly busy: number;
}

const patienceMs = 8000;
const attempts = 4;

export function createPublisher(world: World, name: string): Publisher {
  const random = world.random.fork();
  const clock: ActorClock = world.time.clock();
  const caller: Caller = { name, recipient: undefined, deliver: (run) => run() };
  const send = world.network.fetchOf(caller);
  let published = 0;
  let busy = 0;

  const wait = (ms: number): Promise<void> => new Promise((resolve) => clock.setTimeout(resolve, ms));

  const request = async (method: string, path: string, body?: string): Promise<Response | undefined> => {
    const controller = new AbortController();
    const timer = clock.setTimeout(() => controller.abort(), patienceMs);
    const headers = { authorization: 'Bearer publisher', 'content-type': 'application/json' };
    try {
      return await send(`http://hub.test/pollux${path}`, {
        method,
        headers,
        signal: controller.signal,
        ...(body === undefined ? undefined : { body }),
      });
    } catch {
      return undefined;
    } finally {
      timer.clear();
    }
  };

  const publish = async (application: string, notifications: readonly Notification[]): Promise<PublishAnswer | undefined> => {
    busy++;
    const body = JSON.stringify(notifications.length === 1 ? notifications[0] : notifications);
    let answer: PublishAnswer | undefined;
    for (let attempt = 0; attempt < attempts; attempt++) {
      if (attempt > 0) world.count('publish-retried');
      const response = await request('POST', `/applications/${application}/notifications`, body);
      if (response?.status === 202) {
        answer = await response.json().catch(() => undefined);
        if (answer !== undefined) break;
      } else if (response !== undefined && response.status < 500) {
        world.count('publish-refused');
        break;
      }
      await wait(500 + random.next() * 1500);
    }
    if (answer !== undefined) checkAccepted(world, application, notifications, answer);
    busy--;
    return answer;
  };

  /** Withdraws what it published a moment ago, or asks about it. */
  const follow = async (application: string, answer: PublishAnswer): Promise<void> => {
    await wait(random.exponential(2000));
    const { id } = random.pick(answer.accepted);
    const method = random.chance(0.7) ? 'DELETE' : 'GET';
    const response = await request(method, `/applications/${application}/notifications/${id}`);
    const isWithdrawn = world.ledger.byId.get(id)?.left !== undefined;
    if (method === 'DELETE' && response?.status === 200 && !isWithdrawn)
      world.fail('I2', `${id} was withdrawn, and is still held`);
  };

  const round = async (): Promise<void> => {
    const application = random.pick(Object.keys(world.settings.applications));
    const notifications = Array.from({ length: random.chance(0.2) ? random.between(2, 5) : 1 }, () => draw(application));
    const answer = await publish(application, notifications);
    if (answer !== undefined && answer.accepted.length > 0 && random.chance(0.15)) await follow(application, answer);
    if (world.isStormy && random.chance(0.01)) {
      const recipient = encodeURIComponent(random.pick(world.settings.recipients));
      await request('DELETE', `/applications/${application}/recipients/${recipient}`);
    }
  };

  const keepOn = (): void => {
    clock.setTimeout(() => {
      if (!world.isStormy) return;
      void round();
      keepOn();
    }, random.exponential(world.settings.publishMs));
  };

  const draw = (application: string): Notification => {
    const { recipients, groups } = world.settings;
    const number = `${name}-${++published}`;
    const to = drawAudience();
    const common = {
      to,
      key: number,
      ttl: random.pick([1, 3, 10, 60, 300]),
      urgency: random.pick(['low', 'normal', 'normal', 'high'] as const),
      ...(random.chance(0.2) ? { topic: `t${random.between(0, 2)}` } : undefined),
    };
    if (random.chance(0.15))
      return {
        ...common,
        kind: 'fetch',
        type: 'changed',
        fetch: { href: `${applicationOrigin}/${random.between(0, 2)}`, version: number },
      };
    const data = { number, to, application, padding: 'x'.repeat(random.pick([0, 20, 200])) };
    return { ...common, kind: 'direct', type: random.chance(0.02) ? 'odd' : 'note', data };

    function drawAudience(): Notification['to'] {
      const kind = random.next();
      if (kind < 0.1) return { everyone: true };
      if (kind < 0.2 && groups.length > 0) return { group: random.pick(groups) };
      return { recipients: random.chance(0.2) ? recipients : [random.pick(recipients)] };
    }
  };

  return {
    start: keepOn,
    publish,
    get busy() {
      return busy;
    },
  };
}

/** A 2xx: everything that it says was accepted is in the store, and of the content, address and application published. */
function checkAccepted(
  world: World,
  application: string,
  notifications: readonly Notification[],
  { accepted, refused = [] }: PublishAnswer,
): void {
  const wanted = notifications.reduce((sum, { to }) => sum + ('recipients' in to ? new Set(to.recipients).size : 1), 0);
  if (accepted.length + countRefused(refused, notifications) !== wanted) {
    world.fail('I10', `${accepted.length} accepted and ${refused.length} refused of ${wanted}`);
  }
  for (const { id, recipient, duplicate } of accepted) {
    if (duplicate) world.count('publish-duplicate');
    const entry = world.ledger.byId.get(id);
    if (entry === undefined) {
      world.fail('I10', `${id} was accepted, and is not in the store`);
      continue;
    }
    const source = notifications.find(({ key }) => key === entry.key);
    const content = JSON.stringify(source?.data ?? source?.fetch);
    if (source === undefined || !entry.members.includes(content)) world.fail('I6', `${id} was stored as ${entry.members}`);
    const { address } = entry;
    const isRight =
      address.kind === 'recipient'
        ? address.name === recipient
        : source !== undefined && address.kind in { group: 0, everyone: 0 } && address.kind in source.to;
    if (!isRight || entry.application !== application)
      world.fail('I3', `${id} was stored for ${JSON.stringify(address)} of ${entry.application}`);
  }
}

function countRefused(refused: readonly RefusedNotification[], notifications: readonly Notification[]): number {
  return refused.reduce((sum, { index, recipient }) => {
    const to = notifications[index]?.to;
    // Without a recipient the whole notification was refused.
    return sum + (recipient === undefined && to !== undefined && 'recipients' in to ? new Set(to.recipients).size : 1);
  }, 0);
}
