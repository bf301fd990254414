/** What goes to the disk together, and who waits for it. */
export interface CommitGroup {
  /** Somebody waits for it, or may: it is begun at the end of the turn. */
  isUrgent: boolean;
  readonly done: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

export function newCommitGroup(): CommitGroup {
  let resolve = (): void => {};
  let reject = (_: unknown): void => {};
  const done = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Nobody may be waiting; whoever does hears of it all the same.
  done.catch(() => undefined);
  return { isUrgent: false, done, resolve, reject };
}
