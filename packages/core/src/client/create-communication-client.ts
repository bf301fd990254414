import type { ApplicationContract } from '../contract/application-contract.ts';
import type { ContractClient } from '../contract/contract-client.ts';
import { readAnswer } from './answer.ts';
import type { ApplicationClient, ApplicationClientOptions } from './application-client.ts';
import { createApplicationRecord } from './application-record.ts';
import { graceMs } from './bounds.ts';
import type { CommunicationClient, CommunicationClientOptions } from './communication-client.ts';
import { createContext } from './context.ts';
import type { PollWork } from './loop-state.ts';
import { listenToPage } from './page-events.ts';
import { createPollLoop } from './poll-loop.ts';
import { createSharedWork } from './shared-work.ts';
import { createTabs, type Tabs } from './tabs.ts';
import { createWire } from './wire.ts';

/**
 * Makes the communication client of a page, a worker or another program. It polls one communication server for all
 * applications at once, hands each message to the handlers of its application, in order, and acknowledges what they
 * handled. Tabs of one browser share one connection.
 *
 * @example
 * const client = createCommunicationClient({ url: '/pollux', getToken });
 * client.application('orders').on('order.changed', ({ data }) => show(data));
 */
export function createCommunicationClient(options: CommunicationClientOptions): CommunicationClient {
  const context = createContext(options);
  const { memory } = context;
  // Tabs are named by their age, which decides between them.
  const me = `${context.clock.now()}`.padStart(15, '0') + context.random.next();
  const work = createSharedWork(
    context,
    me,
    () => !!tabs,
    (distribution) => tabs?.share(distribution),
  );
  const { records } = work;
  let tabs: Tabs | undefined;
  let tag = '';
  /** Whether this page polls for its applications; else another tab does, or it is not known yet. */
  const polls = (): boolean => !tabs || tabs.role === 'polling';

  const ownWork: PollWork = {
    ...work,
    compose: () => {
      // Whose session it is has to be known first.
      if (memory.unsure) return { applications: {}, failed: undefined };
      return polls() ? work.compose() : undefined;
    },
    absorb: (answer) => {
      const told = answer?.recipient;
      // A server that does not tell who it is cannot be polled for others.
      if (memory.unsure && !told) tabs = undefined;
      const { unsure } = memory;
      memory.recognise(told);
      // Now it may be remembered where they were.
      if (unsure) for (const name of records.keys()) work.update(name);
      if (told && told !== tag) {
        tag = told;
        tabs?.join(tag);
      }
      return polls() && work.absorb(answer);
    },
    changeInMs: () => (memory.unsure || polls() ? work.changeInMs() : Number.POSITIVE_INFINITY),
    isAlone: () => tabs?.role !== 'following' && work.isAlone(),
  };

  const wire = createWire(context);
  const loop = createPollLoop(context, wire, ownWork);
  const changed = (name: string): void => {
    const handled = work.update(name);
    tabs?.tell();
    loop.review();
    void begin();
    if (handled && wire.session && !context.ended) void wire.acknowledge({ [name]: handled });
  };

  /**
   * Asks, in a session that is not the one that polls for all and ends with this, for what applications of this page want to
   * begin with: that one began long ago.
   */
  const begin = async (session?: string): Promise<void> => {
    const asked = work.beginning();
    let own = session;
    if (asked) {
      const controller = new AbortController();
      const asking = wire.poll({ ...asked, session }, 0, controller.signal, undefined);
      const outcome = await Promise.race([asking, context.sleep(graceMs)]);
      controller.abort();
      const answer = outcome ? readAnswer(outcome.text) : undefined;
      work.begin(asked, answer);
      Object.keys(asked.applications).forEach(changed);
      own = answer?.session ?? session;
    }
    if (own) await wire.lastWord(undefined, own);
  };

  if (context.shares) {
    tabs = createTabs(context, me, new URL(options.url, location.href).href, work, {
      get state() {
        return loop.state;
      },
      wire,
      turn: loop.turn,
      review: loop.review,
      wake: loop.wake,
      follow: (theirs, state, isNew) => {
        if (isNew) void begin(wire.session === theirs.session ? undefined : wire.session);
        Object.assign(wire, theirs);
        wire.notBeforeMs += context.clock.monotonic();
        loop.mirror(state);
      },
    });
    context.watch(({ kind }) => ['request', 'state', 'advice'].includes(kind) && tabs?.show());
  }
  const deafen = listenToPage({
    ...loop,
    hide: (kept) => {
      loop.hide(kept);
      // The others go on with the session.
      if (!work.isAlone()) wire.session = undefined;
      tabs?.leave();
    },
    show: () => {
      if (tag) tabs?.join(tag);
      loop.show();
    },
    look: () => tabs?.tell(),
  });

  return {
    get state() {
      return loop.state;
    },
    onState: (listener) => {
      context.guard(() => listener(loop.state));
      return context.watch((event) => event.kind === 'state' && listener(event.state));
    },
    application: <Contract extends ApplicationContract>(
      application: string | Contract,
      applicationOptions: ApplicationClientOptions = {},
    ): ApplicationClient & ContractClient<Contract> => {
      const name = typeof application === 'string' ? application : application.name;
      let record = records.get(name);
      if (!record) {
        const targets = typeof application === 'string' ? {} : { fetchTargets: targetsOf(application) };
        const settings = { ...targets, ...applicationOptions };
        record = createApplicationRecord(context, name, settings, () => changed(name), work.reportFailed);
        records.set(name, record);
      }
      record.join();
      return record.client as ApplicationClient & ContractClient<Contract>;
    },
    start: () => loop.review(),
    close: () => {
      deafen();
      const closed = loop.close();
      tabs?.leave();
      return closed;
    },
  };
}

/** What a contract's fetches may name: their paths, up to the first parameter. */
function targetsOf({ types }: ApplicationContract): readonly string[] {
  return Object.values(types).flatMap((type) => (type.kind === 'fetch' ? type.path.replace(/\/:.*/, '') || '/' : []));
}
