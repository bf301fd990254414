/** Runs an application's handler to its end, whatever it does. */
import { type ClientContext, describeError } from './context.ts';

/** Milliseconds after each run that failed; none after the last. */
const pausesMs = [250, 1000, 0];

/**
 * Calls a handler. One that throws or rejects is called again, twice at most. One that hangs is not: it is still at
 * work, and a second run beside it would break the order that handlers are promised.
 * @param deadlineMs how long it may take, its repetitions included
 * @returns nothing, or the reason why it failed for good
 */
export function runHandler(context: ClientContext, call: () => unknown, deadlineMs: number): Promise<string | undefined> {
  let over = false;
  const run = async (): Promise<string | undefined> => {
    let reason: string | undefined;
    for (const pauseMs of pausesMs) {
      if (over) break;
      try {
        await call();
        return undefined;
      } catch (error) {
        reason = describeError(error);
        if (pauseMs > 0) await context.sleep(pauseMs);
      }
    }
    return reason;
  };
  return new Promise((resolve) => {
    const end = (reason?: string): void => {
      over = true;
      stop();
      resolve(reason);
    };
    const stop = context.after(deadlineMs, () => end(`not done within ${deadlineMs / 1000} s`));
    void run().then(end);
  });
}
