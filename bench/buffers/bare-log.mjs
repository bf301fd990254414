/** The least that can say "stored on disk": one file, appended to and synced in groups. It keeps nothing to read back. */
import { open } from 'node:fs/promises';

/** Entries that one write and sync take together at most. */
const groupSize = 256;

/** @param {string} path */
export async function openBareLog(path) {
  const file = await open(path, 'a');
  /** @type {{ readonly line: string, readonly done: () => void, readonly fail: (error: unknown) => void }[]} */
  let waiting = [];
  let isWriting = false;

  async function write() {
    isWriting = true;
    while (waiting.length > 0) {
      const group = waiting.slice(0, groupSize);
      waiting = waiting.slice(groupSize);
      try {
        await file.appendFile(group.map(({ line }) => line).join(''));
        await file.datasync();
        for (const { done } of group) done();
      } catch (error) {
        for (const { fail } of group) fail(error);
      }
    }
    isWriting = false;
  }

  return {
    /** Resolves when the line is synced. @param {string} line @returns {Promise<void>} */
    append: (line) =>
      new Promise((done, fail) => {
        waiting.push({ line, done, fail });
        // What else comes in this turn goes with it.
        if (!isWriting) queueMicrotask(() => isWriting || void write());
      }),
    close: () => file.close(),
  };
}
