/**
 * What the contract suites need of a test runner. vitest, Deno's and Bun's `bdd` modules have it as it is; the
 * collecting runner beside this file is one in 60 lines.
 */
export interface Expectation {
  toBe(expected: unknown): void;
  /** Deep equality. */
  toEqual(expected: unknown): void;
  toMatch(expected: RegExp): void;
  toBeGreaterThanOrEqual(expected: number): void;
  toBeLessThanOrEqual(expected: number): void;
}

export interface Runner {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => Promise<void> | void): void;
  expect(actual: unknown): Expectation;
}

/** A case that a peer or buffer cannot pass, by its full title, with the reason, which goes into the test's name. */
export interface Skip {
  readonly test: string;
  readonly reason: string;
}

/** Runs `it` for a case, or records it as skipped under a name that says why. */
export function caseRunner(
  runner: Runner,
  skips: readonly Skip[],
): { run(title: string, body: () => Promise<void>): void; finish(): void } {
  const unused = new Set(skips.map((skip) => skip.test));
  return {
    run(title, body) {
      const skip = skips.find((candidate) => candidate.test === title);
      if (skip === undefined) return runner.it(title, body);
      unused.delete(title);
      runner.it(`${title} [left out: ${skip.reason}]`, () => undefined);
    },
    /** A left-out case that does not exist is a mistake in the list. */
    finish() {
      runner.it('leaves out only cases that exist', () => runner.expect([...unused]).toEqual([]));
    },
  };
}
