import type { ApplicationContract } from '../contract/application-contract.ts';
import type { ContractClient } from '../contract/contract-client.ts';
import type { PollApplication, PollRequest } from '../protocol/types.ts';
import type { ApplicationClient, ApplicationClientOptions } from './application-client.ts';
import { type ApplicationRecord, createApplicationRecord, type Unsent } from './application-record.ts';
import { failedPerPoll, handlerTicks } from './bounds.ts';
import type { CommunicationClient, CommunicationClientOptions } from './communication-client.ts';
import { createContext } from './context.ts';
import type { PollWork } from './loop-state.ts';
import { listenToPage } from './page-events.ts';
import { createPollLoop } from './poll-loop.ts';

/**
 * Makes the communication client of a page, a worker or another program. It polls one communication server for all
 * applications at once, hands each message to the handlers of its application, in order, and acknowledges what they
 * handled.
 *
 * @example
 * const client = createCommunicationClient({ url: '/pollux', getToken });
 * client.application('orders').on('order.changed', ({ data }) => show(data));
 */
export function createCommunicationClient(options: CommunicationClientOptions): CommunicationClient {
  const context = createContext(options);
  const records = new Map<string, ApplicationRecord>();
  const failed = new Map<string, { readonly id: string; readonly reason: string }>();
  let reported: NonNullable<PollRequest['failed']> = [];
  let progress = 0;

  const changed = (): void => {
    progress++;
    loop.review();
  };

  const work: PollWork = {
    compose: () => {
      if (context.memory.unsure) return { applications: {}, failed: undefined };
      const applications: Record<string, Unsent<PollApplication>> = {};
      for (const [name, record] of records) {
        const part = record.compose();
        if (part) applications[name] = part;
      }
      if (Object.keys(applications).length === 0) return undefined;
      reported = [...failed.values()].slice(0, failedPerPoll);
      return { applications, failed: reported.length > 0 ? reported : undefined };
    },
    absorb: (answer) => {
      context.memory.recognise(answer?.recipient);
      for (const { id } of reported) failed.delete(id);
      reported = [];
      let news = false;
      for (const [name, record] of records) news = record.absorb(answer?.sections.get(name)) || news;
      return news;
    },
    acknowledge: () => {
      const cursors: Record<string, string> = {};
      if (failed.size > 0) return undefined;
      for (const [name, record] of records) {
        const cursor = record.acknowledge();
        if (cursor) cursors[name] = cursor;
      }
      return Object.keys(cursors).length > 0 ? cursors : undefined;
    },
    handled: async () => {
      let before: number;
      do {
        before = progress;
        for (let tick = 0; tick < handlerTicks; tick++) await undefined;
      } while (progress !== before);
    },
    changeInMs: () => Math.min(...[...records.values()].map((record) => record.changeInMs())),
  };

  const loop = createPollLoop(options, context, work);
  const deafen = listenToPage(loop);

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
        const reportFailed = (id: string, reason: string): void => void failed.set(id, { id, reason });
        const targets = typeof application === 'string' ? {} : { fetchTargets: targetsOf(application) };
        record = createApplicationRecord(context, name, { ...targets, ...applicationOptions }, changed, reportFailed);
        records.set(name, record);
      }
      record.join();
      return record.client as ApplicationClient & ContractClient<Contract>;
    },
    start: () => loop.review(),
    close: () => {
      deafen();
      return loop.close();
    },
  };
}

/** What a contract's fetches may name: their paths, up to the first parameter. */
function targetsOf({ types }: ApplicationContract): readonly string[] {
  return Object.values(types).flatMap((type) => (type.kind === 'fetch' ? type.path.replace(/\/:.*/, '') || '/' : []));
}
