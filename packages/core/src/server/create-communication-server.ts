import { createMemoryBuffer } from '../buffer/memory/memory-buffer.ts';
import type { ApplicationContract } from '../contract/application-contract.ts';
import { notificationOf } from '../contract/notification.ts';
import type { Timer } from '../protocol/environment.ts';
import { CommunicationError, problem } from '../protocol/problem.ts';
import { systemClock, systemRandom } from '../protocol/system-environment.ts';
import type { PollRequest } from '../protocol/types.ts';
import { acknowledge } from './acknowledging.ts';
import { admit, adopt, whenFound } from './adopting.ts';
import { after } from './after.ts';
import { disconnectPoll } from './answering.ts';
import { arrive } from './arriving.ts';
import type {
  ApplicationHandle,
  ClientIdentity,
  CommunicationServer,
  CommunicationServerOptions,
  ContractHandle,
  HeldPoll,
  PollReply,
} from './communication-server.ts';
import { isHeard, observe, type ServerContext, tell } from './context.ts';
import { createDeadlines } from './deadlines.ts';
import { createDisconnecting } from './disconnecting.ts';
import { endHeldPolls } from './draining.ts';
import { checkApplications, checkLimits } from './options.ts';
import { askAgain } from './polling.ts';
import { publish, turnAway } from './publishing.ts';
import { closeSession, findSession, forgetIfSilent } from './sessions.ts';
import { describeMessage } from './status.ts';
import { openStream } from './streaming.ts';
import { createInspection } from './summaries.ts';
import { wakeFollowers } from './waking.ts';
import { withdraw } from './withdrawing.ts';

/** Milliseconds between two looks for silent sessions. */
const sweepMs = 5000;

/** Seconds over which clients come back elsewhere after a graceful end. */
const defaultDrainSeconds = 5;

/** For publishing in process: by the application's name, or by the contract that it was registered with. */
function handleOf(context: ServerContext, application: string | ApplicationContract): unknown {
  const name = typeof application === 'string' ? application : application.name;
  const entry = context.applications.get(name);
  if (entry === undefined) {
    throw new CommunicationError(problem('unknown-application', { detail: `No application is called ${JSON.stringify(name)}.` }));
  }
  if (typeof application === 'string') {
    const notify: ApplicationHandle['notify'] = (to, notification) => publish(context, name, { ...notification, to }, []);
    return { name, notify };
  }
  if (entry.options.contract !== application) {
    throw new TypeError(
      `applications.${name}.contract: it was not registered with this contract. Give it to createCommunicationServer.`,
    );
  }
  const notify: ContractHandle<ApplicationContract>['notify'] = (to, type, payload, options) =>
    publish(context, name, notificationOf(application, to, type, payload, options), []);
  return { name, notify };
}

/** Apart from `poll`: what its closure holds would otherwise be put together for every poll. */
function arriveLater(
  found: Promise<number>,
  context: ServerContext,
  identity: ClientIdentity,
  request: PollRequest,
  reply: PollReply,
): HeldPoll {
  return whenFound(found, (elsewhere) => arrive(context, identity, request, reply, { elsewhere }));
}

function leave(context: ServerContext, identity: ClientIdentity, id: string): void {
  const session = findSession(context, identity, id);
  if (session === undefined) return;
  if (session.held !== undefined) disconnectPoll(context, session.held);
  closeSession(context, session, 'goodbye');
}

/**
 * Makes a communication server: it accepts notifications, buffers them, and answers polls.
 *
 * @throws TypeError for a setting that cannot be right, naming it and how to mend it
 */
export function createCommunicationServer(options: CommunicationServerOptions): CommunicationServer {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const limits = checkLimits(options.limits);
  const buffer = options.buffer ?? createMemoryBuffer({ limits, clock, random });
  const origin = clock.now() - clock.monotonic();
  const now = (): number => origin + clock.monotonic();
  const context: ServerContext = {
    buffer,
    limits,
    clock,
    random,
    now,
    applications: checkApplications(options.applications),
    sessions: new Map(),
    recipients: new Map(),
    groups: new Map(),
    listeners: new Map(),
    heard: new Set(),
    totals: { accepted: 0, refused: 0, delivered: 0, acknowledged: 0, polls: 0, emptyPolls: 0 },
    held: 0,
    woken: [],
    deadlines: createDeadlines(clock, (held) => askAgain(context, held, now())),
    drainSeconds: undefined,
  };
  const disconnecting = createDisconnecting(context);
  let sweeper: Timer | undefined;
  let closing: Promise<void> | undefined;

  function keepSweeping(): void {
    sweeper ??= clock.setTimeout(() => {
      sweeper = undefined;
      const nowMs = context.now();
      for (const session of context.sessions.values()) forgetIfSilent(context, session, nowMs);
      if (context.sessions.size > 0) keepSweeping();
    }, sweepMs);
  }

  const unwatch = watchBuffer(context, disconnecting.heard);

  return {
    applications: [...context.applications.keys()],
    limits,
    application: <Contract extends ApplicationContract>(application: string | Contract) =>
      handleOf(context, application) as ApplicationHandle & ContractHandle<Contract>,
    publish: (application, notifications, payloads = []) => publish(context, application, notifications, payloads),
    turnAway: (application, code) => turnAway(context, application, code),
    poll(identity, request, reply) {
      if (sweeper === undefined) keepSweeping();
      const found = admit(context, identity, request.session);
      return found === undefined
        ? arrive(context, identity, request, reply)
        : arriveLater(found, context, identity, request, reply);
    },
    stream(identity, request, sink, { isAnonymous = false } = {}) {
      if (sweeper === undefined) keepSweeping();
      const begin = (elsewhere: number): HeldPoll | undefined =>
        openStream(context, identity, request, sink, { isAnonymous, elsewhere });
      const found = admit(context, identity, request.session);
      return found === undefined ? begin(0) : whenFound(found, begin);
    },
    acknowledge(identity, request) {
      const found = adopt(context, identity, request.session);
      if (found === undefined) return acknowledge(context, identity, request);
      return found.then(() => acknowledge(context, identity, request));
    },
    status: (application, id) =>
      after(buffer.find(id), (found) =>
        found?.queue.application === application ? describeMessage(context, id, found) : undefined,
      ),
    withdraw: (application, id) => withdraw(context, application, id),
    eraseRecipient: (application, recipient) => buffer.erase({ kind: 'recipient', name: recipient }, application),
    goodbye(identity, id) {
      // Where the buffer does not answer, its places end by themselves.
      void adopt(context, identity, id)?.then(
        () => leave(context, identity, id),
        () => undefined,
      );
      leave(context, identity, id);
    },
    disconnect: (recipient) => disconnecting.disconnect(recipient),
    onDisconnect: (listener) => disconnecting.onDisconnect(listener),
    observe: (listener, kinds) => observe(context, listener, kinds),
    inspect: createInspection(context, context.now()),
    close({ drainSeconds = defaultDrainSeconds } = {}) {
      closing ??= (async () => {
        context.drainSeconds = drainSeconds;
        sweeper?.clear();
        disconnecting.close();
        await endHeldPolls(context, drainSeconds);
        for (const session of [...context.sessions.values()]) closeSession(context, session, 'shutdown');
        unwatch();
        if (options.buffer === undefined) await buffer.close();
      })();
      return closing;
    },
  };
}

/** Counts and tells what leaves the buffer; both by one watcher. */
function watchBuffer(context: ServerContext, disconnected: (recipient: string) => void): () => void {
  return context.buffer.watch({
    wants: (reason) => reason !== 'acknowledged' || (isHeard(context, 'removed') && isHeard(context, 'acknowledged')),
    removed(removal) {
      if (removal.reason !== 'acknowledged') {
        const removed = context.applications.get(removal.application)?.removed;
        removed?.set(removal.reason, (removed.get(removal.reason) ?? 0) + removal.ids.length);
      }
      if (isHeard(context, 'removed')) tell(context, { kind: 'removed', atMs: context.now(), ...removal });
    },
    appended: ({ address, application }) => void wakeFollowers(context, address, application, 'high'),
    disconnected,
    failed(failure) {
      if (isHeard(context, 'buffer-failed')) tell(context, { kind: 'buffer-failed', atMs: context.now(), ...failure });
    },
  });
}
