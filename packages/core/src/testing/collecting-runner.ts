/**
 * A runner that gathers cases and runs them on demand, so that a program can look at the outcome: this is how the suites
 * are shown to catch seeded faults, and how a suite runs where there is no test framework.
 */
import { attendedClock } from '../protocol/system-environment.ts';
import { expectValue } from './expect.ts';
import type { Runner } from './runner.ts';

export interface CaseResult {
  /** Titles from the outermost `describe` inwards, joined by ` > `. */
  readonly name: string;
  /** What failed; `undefined` where the case passed. */
  readonly error: unknown;
}

export interface RunOptions {
  /** Stop at the first failure. @default false */
  readonly bail?: boolean;
  /** Milliseconds of real time after which a case counts as failed. @default 5000 */
  readonly timeoutMs?: number;
  /** Run only cases whose name it accepts. @default all */
  readonly filter?: (name: string) => boolean;
}

export interface CollectingRunner extends Runner {
  /** Names of all gathered cases. */
  readonly names: readonly string[];
  /** Runs the gathered cases one after another. */
  run(options?: RunOptions): Promise<readonly CaseResult[]>;
}

function withDeadline(body: () => Promise<void> | void, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = attendedClock.setTimeout(() => reject(new Error(`not finished after ${timeoutMs} ms`)), timeoutMs);
    Promise.resolve()
      .then(body)
      .then(resolve, reject)
      .finally(() => timer.clear());
  });
}

export function createCollectingRunner(): CollectingRunner {
  const cases: { readonly name: string; readonly body: () => Promise<void> | void }[] = [];
  let path: readonly string[] = [];
  return {
    expect: expectValue,
    describe(name, body) {
      const outer = path;
      path = [...outer, name];
      try {
        body();
      } finally {
        path = outer;
      }
    },
    it: (name, body) => void cases.push({ name: [...path, name].join(' > '), body }),
    get names() {
      return cases.map((found) => found.name);
    },
    run: async ({ bail = false, timeoutMs = 5000, filter = () => true } = {}) => {
      const results: CaseResult[] = [];
      for (const { name, body } of cases.filter((found) => filter(found.name))) {
        const error = await withDeadline(body, timeoutMs).then(
          () => undefined,
          (reason: unknown) => reason ?? new Error('rejected with nothing'),
        );
        results.push({ name, error });
        if (bail && error !== undefined) break;
      }
      return results;
    },
  };
}
