/** A page in a browser: the real communication client, with applications whose handlers are not always well. */

import { readAnswer } from '../../src/client/answer.ts';
import type { ApplicationClient } from '../../src/client/application-client.ts';
import type { ClientEvent, CommunicationClient } from '../../src/client/communication-client.ts';
import { createCommunicationClient } from '../../src/client/create-communication-client.ts';
import type { PollRequest } from '../../src/protocol/types.ts';
import type { Caller } from './network.ts';
import { createPageRecord, type PageRecord } from './page-record.ts';
import { applicationOrigin } from './settings.ts';
import type { ActorClock } from './virtual-time.ts';
import type { World } from './world.ts';

export interface Page {
  readonly caller: Caller;
  readonly recipient: string;
  readonly clock: ActorClock;
  readonly client: CommunicationClient;
  readonly records: ReadonlyMap<string, PageRecord>;
  /** Closed, or gone without a word. */
  readonly isGone: boolean;
  /** Its machine sleeps: nothing of it runs. */
  readonly isAsleep: boolean;
  /** It said goodbye. */
  readonly hasLeft: boolean;
  isDoneWith(id: string): boolean;
  /** Applications that take part now. */
  joined(): readonly string[];
  join(application: string): void;
  leave(application: string): void;
  sleep(ms: number): void;
  /** The browser closes it or loads it anew: nothing of it is left. */
  vanish(): void;
  close(): Promise<void>;
}

/** Handlers that take longer than this are given up by the client. */
const hangMs = 40_000;

export function openPage(world: World, recipient: string): Page {
  const name = `${recipient}#${world.pages.length}`;
  const random = world.random.fork();
  const clock = world.time.clock();
  const records = new Map<string, PageRecord>();
  const joined = new Map<string, ApplicationClient>();
  const requests = new Map<number, PollRequest>();
  let late: (() => void)[] = [];
  let asleep = false;
  let gone = false;
  let left = false;

  const caller: Caller = {
    name,
    recipient,
    deliver: (run) => {
      if (asleep) late.push(run);
      else if (!gone || left) run();
    },
  };

  const newest = (seq: number): PollRequest | undefined => {
    for (const older of requests.keys()) if (older < seq) requests.delete(older);
    return requests.get(seq);
  };

  const observe = (event: ClientEvent): void => {
    if (event.kind === 'request') {
      const request: PollRequest = JSON.parse(event.body);
      requests.set(event.seq, request);
      for (const [application, asked] of Object.entries(request.applications)) records.get(application)?.check(asked);
    } else if (event.kind === 'answer' && event.status === 200) {
      receive(event.body, newest(event.seq));
    } else if (event.kind === 'handled' || event.kind === 'unhandled') records.get(event.application)?.end(event.id);
    else if (event.kind === 'handler-failed' && event.id !== 'gap') records.get(event.application)?.end(event.id);
    else if (event.kind === 'gap') records.get(event.application)?.gapTold(event.gap);
    if (event.kind !== 'request' && event.kind !== 'answer') world.note(`${name} ${JSON.stringify(event)}`);
  };

  const receive = (body: string, request: PollRequest | undefined): void => {
    if (request === undefined || readAnswer(body) === undefined) return;
    const { applications = {} } = JSON.parse(body);
    for (const [application, section] of Object.entries(applications)) {
      const asked = request.applications[application];
      if (joined.has(application) && asked !== undefined) records.get(application)?.received(section as never, asked);
    }
  };

  const fetch = world.network.fetchOf(caller);
  const client = createCommunicationClient({
    url: 'http://hub.test/pollux',
    fetch: world.sabotage.fetch?.(fetch) ?? fetch,
    clock,
    random,
    getToken: () => Promise.resolve(recipient),
    observe,
    ...(random.chance(0.15) ? { mode: 'short-poll', interval: 2 } : undefined),
  });

  const join = (application: string): void => {
    const record = records.get(application);
    const maxDelay = random.chance(0.2) ? random.between(1, 4) : undefined;
    const options = { fetchTargets: [applicationOrigin], ...(maxDelay === undefined ? undefined : { maxDelay }) };
    const part = client.application(application, options);
    joined.set(application, part);
    if (record !== undefined) return;
    const made = createPageRecord(world, name, application);
    records.set(application, made);
    const handlers = createHandlers(world, made, clock);
    for (let times = world.sabotage.registrations ?? 1; times > 0; times--) part.on('note', ({ id }) => handlers.handle(id));
    part.onFetch('changed', ({ message }) => {
      world.count('fetch-handled');
      return handlers.handle(message.id);
    });
    part.onGap(() => undefined);
    part.onWithdrawn(() => world.count('withdrawal-told'));
  };

  return {
    caller,
    recipient,
    clock,
    client,
    records,
    get isGone() {
      return gone;
    },
    get isAsleep() {
      return asleep;
    },
    get hasLeft() {
      return left;
    },
    isDoneWith: (id) => [...records.values()].some((record) => record.isDone(id)),
    joined: () => [...joined.keys()],
    join: (application) => caller.deliver(() => gone || join(application)),
    leave: (application) => {
      // What comes of the poll under way is no concern of the application any more.
      for (const request of requests.values()) delete (request.applications as Record<string, unknown>)[application];
      joined.get(application)?.close();
      joined.delete(application);
      records.get(application)?.leave();
    },
    sleep: (ms) => {
      asleep = true;
      clock.freeze();
      world.time.schedule(ms, () => {
        asleep = false;
        clock.thaw();
        const runs = late;
        late = [];
        for (const run of runs) run();
      });
    },
    vanish: () => {
      gone = true;
      clock.stop();
      world.network.hangUp(caller);
    },
    close: () => {
      gone = true;
      left = true;
      return client.close();
    },
  };
}

/** What handlers do: mostly their work. */
function createHandlers(world: World, record: PageRecord, clock: ActorClock): { handle(id: string): unknown } {
  const finished = new Set<string>();
  const doomed = new Set<string>();
  const wait = (ms: number): Promise<void> => new Promise((resolve) => clock.setTimeout(resolve, ms));

  const work = (id: string): Promise<void> | undefined => {
    const { random, settings, isStormy } = world;
    if (doomed.has(id)) throw new Error('as before');
    if (!isStormy || !random.chance(settings.handlerFaultRate)) return random.chance(0.5) ? undefined : wait(random.next() * 20);
    const kind = random.pick(['handler-slow', 'handler-slow', 'handler-threw', 'handler-failed', 'handler-hung'] as const);
    world.count(kind);
    if (kind === 'handler-slow') return wait(random.exponential(4000));
    if (kind === 'handler-hung') return wait(hangMs);
    if (kind === 'handler-failed') doomed.add(id);
    throw new Error(kind);
  };

  return {
    handle: (id) => {
      if (finished.has(id)) world.fail('I7', `${record.application}: the handler had done with ${id}, and was called again`);
      record.begin(id);
      const pending = work(id);
      if (pending === undefined) finished.add(id);
      return pending?.then(() => void finished.add(id));
    },
  };
}
