/** Finds the handlers for what an application received, and sees to it that each item ends: handled, failed or unhandled. */
import type { DirectMessage, FailedMessage, FetchMessage } from '../protocol/types.ts';
import type { ApplicationClientOptions } from './application-client.ts';
import { handlerMs, handlerWaitMs, reasonLength } from './bounds.ts';
import type { CheckResult } from './check.ts';
import type { ClientContext } from './context.ts';
import { createFetcher, type Outcome } from './fetch-message.ts';
import type { Item } from './inbox.ts';
import { runHandler } from './run-handler.ts';

export type Handler = (argument: never) => unknown;

export interface Dispatcher {
  /** Registers a handler for `gap`, `withdrawn`, `status`, or `direct:` or `fetch:` and a type; returns the way to stop. */
  on(key: string, handler: Handler): () => void;
  /** What is registered, as a copy: a handler may register or stop others. */
  all(key: string): readonly Handler[];
  /** Handles the first item of a queue; never rejects. */
  handle(item: Item, queue: readonly Item[]): Promise<void>;
}

export function createDispatcher(
  context: ClientContext,
  application: string,
  options: ApplicationClientOptions,
  reportFailed: (failed: FailedMessage) => void,
  isJoined: () => boolean,
): Dispatcher {
  let handlers: readonly { readonly key: string; readonly run: Handler }[] = [];
  /** Types that nobody took in time: the next message of one does not hold up the others again. */
  const unclaimed = new Set<string>();
  const fetchAndHandle = createFetcher(context, application, options);
  const { deadline, check } = options;
  const deadlineMs = deadline === undefined ? handlerMs : deadline * 1000;
  let registered = (): void => undefined;

  const all = (key: string): readonly Handler[] => handlers.filter((entry) => entry.key === key).map(({ run }) => run);

  /** Runs every handler, whatever the others do; resolves to why one of them failed for good. */
  const runAll = async (key: string, argument: () => unknown): Promise<string | undefined> => {
    let failed: string | undefined;
    // One that ran before it may have stopped it.
    for (const run of all(key))
      if (all(key).includes(run)) failed = (await runHandler(context, () => run(argument() as never), deadlineMs)) ?? failed;
    return failed;
  };

  /** The same, where nothing is wrong with the data. */
  const runChecked = async (
    key: string,
    message: DirectMessage | FetchMessage,
    data: unknown,
    argument: (data: unknown) => unknown,
  ): Promise<Outcome> => {
    if (context.memory.begin(message.id)) return 'begun and not finished too often';
    if (check) {
      let found: CheckResult;
      const look = async (): Promise<void> => {
        found = await check(message, data);
      };
      found = (await runHandler(context, look, deadlineMs)) ?? found;
      if (typeof found === 'string') return found;
      if (found) ({ data } = found);
    }
    // Its handlers may have gone during the fetch or the check.
    return (await isUnclaimed(key)) ? null : runAll(key, () => argument(data));
  };

  const complain = (id: string, reason: string): void => {
    context.emit({ kind: 'handler-failed', application, id, reason });
    for (const run of all('error')) context.guard(() => run({ id, reason } as never));
  };

  const conclude = (id: string, reason: Outcome, type: string): void => {
    context.memory.finish(id);
    if (reason === undefined) return context.emit({ kind: 'handled', application, id });
    if (reason === null) {
      // Not a failure to be parked on the server: nobody here wants it, and it counts as handled.
      context.emit({ kind: 'unhandled', application, id, type });
      return reportFailed({ id, reason: 'unhandled', park: false });
    }
    complain(id, reason);
    // Those would be escaped, to six bytes each.
    reportFailed({ id, reason: reason.replace(/\p{C}/gu, ' ').slice(0, reasonLength) });
  };

  /** Resolves when a handler for the key came, or nobody did in time. */
  const awaitHandler = (key: string): Promise<void> =>
    new Promise((resolve) => {
      const stop = context.after(handlerWaitMs, () => {
        // While the application is left nobody could: it waits on.
        if (isJoined()) unclaimed.add(key);
        resolve();
      });
      registered = () => {
        if (!all(key)[0]) return;
        stop();
        resolve();
      };
    });

  /** Whether nobody handles it, once there was time enough for somebody to come. */
  const isUnclaimed = async (key: string): Promise<boolean> => {
    while (!all(key)[0] && !unclaimed.has(key)) await awaitHandler(key);
    return !all(key)[0];
  };

  return {
    on: (key, run) => {
      const entry = { key, run };
      handlers = [...handlers, entry];
      unclaimed.delete(key);
      registered();
      return () => {
        handlers = handlers.filter((other) => other !== entry);
      };
    },
    all,
    handle: async ({ gap, message }, queue) => {
      if (gap) {
        context.emit({ kind: 'gap', application, gap });
        const reason = await runAll('gap', () => gap);
        if (reason !== undefined) complain('gap', reason);
      }
      if (!message) return;
      const { id } = message;
      if (message.kind === 'withdrawn') return conclude(id, await runAll('withdrawn', () => message.of), '');
      const { type } = message;
      const key = `${message.kind}:${type}`;
      if (await isUnclaimed(key)) conclude(id, null, type);
      else if (message.kind === 'fetch') {
        const { ids, reason } = await fetchAndHandle(message, queue, (newest, data, fetched) =>
          runChecked(key, newest, data, fetched),
        );
        for (const served of ids) conclude(served, reason, type);
      } else conclude(id, await runChecked(key, message, message.data, () => message), type);
    },
  };
}
