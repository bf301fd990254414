/** Runs an application's handler to its end, whatever it does. */
import { type ClientContext, describeError } from './context.ts';

/** Milliseconds that a handler may take, its repetitions included. */
export const handlerDeadlineMs = 30_000;
/** Milliseconds before the first and the second repetition. */
const pausesMs = [250, 1000];

/**
 * Calls a handler. One that throws or rejects is called again, twice at most. One that hangs is not: it is still at
 * work, and a second run beside it would break the order that handlers are promised.
 * @returns nothing at all where it was done at once, so that a burst of messages costs no promise each; else a promise
 * of nothing, or of the reason why it failed for good
 */
export function runHandler(context: ClientContext, call: () => unknown): Promise<string | undefined> | undefined {
  let result: unknown;
  try {
    result = call();
    if (typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function') return undefined;
  } catch (error) {
    result = Promise.reject(error);
  }
  return new Promise((resolve) => {
    let ended = false;
    const end = (reason?: string): void => {
      ended = true;
      deadline.clear();
      resolve(reason);
    };
    const deadline = context.after(handlerDeadlineMs, () => end(`not done within ${handlerDeadlineMs / 1000} s`));
    void repeat(context, call, result, () => ended).then(end);
  });
}

async function repeat(
  context: ClientContext,
  call: () => unknown,
  first: unknown,
  ended: () => boolean,
): Promise<string | undefined> {
  for (let run = 0; ; run++) {
    try {
      await (run === 0 ? first : call());
      return undefined;
    } catch (error) {
      const pauseMs = pausesMs[run];
      if (pauseMs === undefined) return describeError(error);
      await context.sleep(pauseMs);
      if (ended()) return undefined;
    }
  }
}
