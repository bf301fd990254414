/**
 * One process owns a file: two that hold the same queues in their memories would undo each other's writing. A note beside
 * the file says which. Of its own machine and container the system tells whether it still runs; of another it shows by
 * touching the note now and then.
 */
import { rmSync } from 'node:fs';
import { setInterval } from 'node:timers';
import { clearNote } from './clearing.ts';
import { holderOf } from './holder.ts';
import { ownIdentity } from './identity.ts';
import { formatNote, makeNote, readNote, touchMs, touchNote } from './note.ts';
import { orNothing } from './or-nothing.ts';

/** Files that this process owns. */
const owned = new Set<string>();

/** Puts a note of this process beside the file; resolves to what it says. */
async function takeNote(path: string, note: string): Promise<string> {
  const text = formatNote(ownIdentity());
  while (!makeNote(note, text)) {
    const found = readNote(note);
    if (found === undefined) continue;
    const holder = await holderOf(note, found);
    if (holder !== undefined) throw inUse(path, holder, note);
    await clearNote(note, found, text);
  }
  return text;
}

function inUse(path: string, holder: string, note: string): Error {
  return new Error(
    `The message buffer ${path} is in use by ${holder}. End that one, or give this one a file of its own; ` +
      `if it is no Pollux, take ${note} away.`,
  );
}

export interface Ownership {
  /**
   * The note is another's, or gone: this process was held up for so long that it was taken for gone, and what it knows of the
   * file may be old.
   */
  readonly isLost: boolean;
  giveBack(): void;
}

/**
 * Takes a file for this process. Where one of another container or machine had it and did not say that it ended, that takes
 * up to 10 s.
 * @throws Error where another process has it
 */
export async function takeOwnership(path: string): Promise<Ownership> {
  const note = `${path}.owner`;
  if (owned.has(path)) throw inUse(path, `process ${process.pid}`, note);
  owned.add(path);
  let text: string;
  try {
    text = await takeNote(path, note);
  } catch (error) {
    owned.delete(path);
    throw error;
  }
  let isLost = false;
  const touch = (): void => {
    // Where the note is gone, another one may have had the file and given it back.
    isLost ||= orNothing(() => readNote(note)) !== text;
    if (!isLost) touchNote(note);
  };
  const touching = setInterval(touch, touchMs);
  touching.unref();
  return {
    get isLost() {
      return isLost;
    },
    giveBack() {
      clearInterval(touching);
      owned.delete(path);
      touch();
      if (!isLost) rmSync(note, { force: true });
    },
  };
}
