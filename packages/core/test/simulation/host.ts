/** Where the communication server runs: one process at a time, which can be killed, drained and started again. */
import { createMemoryBuffer } from '../../src/buffer/memory/memory-buffer.ts';
import type { MessageBuffer } from '../../src/buffer/message-buffer.ts';
import type { CommunicationServer } from '../../src/server/communication-server.ts';
import { createCommunicationServer } from '../../src/server/create-communication-server.ts';
import { createServlet } from '../../src/servlet/create-servlet.ts';
import type { Answer, Exchange } from '../../src/servlet/exchange.ts';
import type { Servlet } from '../../src/servlet/servlet.ts';
import type { LedgerEntry } from './ledger.ts';
import type { Call } from './network.ts';
import { slowDown } from './slow-store.ts';
import type { ActorClock } from './virtual-time.ts';
import { createVisits, type Visits } from './visits.ts';
import type { World } from './world.ts';

/** One life of the server's process. */
export interface Instance {
  readonly clock: ActorClock;
  readonly buffer: MessageBuffer;
  readonly server: CommunicationServer;
  readonly servlet: Servlet;
  readonly open: Map<number, Open>;
}

interface Open {
  readonly exchange: Exchange;
  readonly isPoll: boolean;
  readonly cut: () => void;
}

export interface Host {
  /** The process that runs now, if one does. */
  readonly instance: Instance | undefined;
  /** Hands a request to the server; false where none is there. `cut` is called when the process dies with it. */
  serve(call: Call, respond: (answer: Answer) => void, cut: () => void): boolean;
  /** The server learns that a client has gone. */
  hangUp(call: Call): void;
  start(): void;
  kill(): void;
  /** Ends the process in an orderly way, and starts another one later. */
  drain(downMs: number): Promise<void>;
  /** An operator logs a recipient out. */
  disconnect(recipient: string): void;
  /** A message left because it was acknowledged: whoever still has a place there must be done with it. */
  checkFreed(entry: LedgerEntry | undefined): void;
}

/** Seconds that clients are asked to take for coming back after a drain. */
const drainSeconds = 2;
/** Milliseconds that requests get to end after a drain. */
const patienceMs = 1000;

export function createHost(world: () => World): Host {
  let instance: Instance | undefined;
  const visits = createVisits(world);

  const kill = (): void => {
    if (instance === undefined) return;
    const { clock, open } = instance;
    instance = undefined;
    clock.stop();
    world().ledger.end();
    visits.forget();
    for (const { cut } of open.values()) cut();
  };

  return {
    get instance() {
      return instance;
    },
    start: () => {
      instance ??= startInstance(world());
    },
    kill,
    drain: async (downMs) => {
      const draining = instance;
      if (draining === undefined) return;
      await draining.server.close({ drainSeconds });
      // An adapter lets the requests that are under way come to their ends.
      world().time.schedule(patienceMs, () => {
        if (draining !== instance) return;
        const polls = [...draining.open.values()].filter(({ isPoll }) => isPoll);
        if (polls.length > 0) world().fail('I8', `${polls.length} polls are open after a drain`);
        kill();
        world().time.schedule(downMs, () => world().host.start());
      });
    },
    hangUp: ({ number }) => {
      const found = instance?.open.get(number);
      instance?.open.delete(number);
      found?.exchange.held?.cancel();
    },
    serve: (call, respond, cut) => {
      if (instance === undefined) return false;
      serveOne(world(), instance, visits, { call: world().sabotage.request?.(call) ?? call, respond, cut });
      return true;
    },
    disconnect: (recipient) => {
      visits.forget(recipient);
      void instance?.server.disconnect(recipient);
    },
    checkFreed: (entry) => visits.checkFreed(entry),
  };
}

function startInstance(world: World): Instance {
  const { settings, time, sabotage, ledger, groups } = world;
  const clock = time.clock();
  const own = world.random.fork();
  const random = sabotage.random?.(own) ?? own;
  const { limits, applications } = settings;
  const memory = createMemoryBuffer({ limits, clock, random });
  const recorded = ledger.record(sabotage.buffer?.(memory) ?? memory);
  const stored = sabotage.store?.(recorded) ?? recorded;
  const buffer = settings.storeMs > 0 ? slowDown(world, stored, clock) : stored;
  const made = createCommunicationServer({ applications, limits, buffer, clock, random });
  const server = sabotage.server?.(made, buffer) ?? made;
  server.observe((event) => {
    if (event.kind === 'poll-superseded') world.count('poll-superseded');
  });
  const servlet = createServlet({
    server,
    clock,
    random,
    authenticate: ({ header, native }) => {
      const recipient = header('authorization')?.replace('Bearer ', '');
      if (recipient === undefined || (native as Call).tokenRefused) return undefined;
      return { recipient, groups: groups.get(recipient) ?? [] };
    },
    authorizePublisher: ({ header }) =>
      header('authorization') === 'Bearer publisher' ? { applications: Object.keys(applications) } : undefined,
  });
  return { clock, buffer, server, servlet, open: new Map() };
}

interface Service {
  readonly call: Call;
  readonly respond: (answer: Answer) => void;
  readonly cut: () => void;
}

function serveOne(world: World, instance: Instance, visits: Visits, { call, respond, cut }: Service): void {
  const visit = visits.arrive(call);
  let answered = false;
  const exchange: Exchange = {
    method: call.method,
    target: call.path,
    header: (name) => call.headers[name],
    headerNames: () => Object.keys(call.headers),
    readBody: () => ({ kind: 'text', text: call.body }),
    respond: (answer) => {
      if (instance !== world.host.instance) return;
      if (answered) world.fail('I2', `request ${call.number} was answered twice`);
      answered = true;
      instance.open.delete(call.number);
      const sent = world.sabotage.answer?.(answer, call) ?? answer;
      world.note(`answer ${call.number} ${sent.status} ${sent.body}`);
      if (sent.status >= 500 && sent.status !== 503) world.fail('crash', `status ${sent.status}: ${sent.body}`);
      if (visit !== undefined) visits.leave(visit, sent);
      respond(sent);
    },
    open: () => {
      throw new Error('the simulation speaks no streams');
    },
    held: undefined,
    native: call,
  };
  instance.open.set(call.number, { exchange, isPoll: visit !== undefined, cut });
  world.note(`arrive ${call.number}`);
  instance.servlet.handle(exchange);
  if (!answered && visit !== undefined) visits.stay(visit);
}
