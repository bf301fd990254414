/** The note beside a file: says which process has it, and shows by being touched that this one is still there. */
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Identity } from './identity.ts';
import { orNothing } from './or-nothing.ts';

/** Milliseconds between two touches of a note. */
export const touchMs = 2000;
/** Milliseconds after which a note that nobody touches is that of a process that is gone. */
const untouchedMs = 10_000;
const lookMs = 250;

/** What a note of this process says; no two of them say the same, so that one is never taken for another. */
export function formatNote({ pid, start, place }: Identity): string {
  return `${pid} ${start} ${place} ${randomUUID()}`;
}

export function parseNote(text: string): Identity {
  const [pid = '', start = '', place = ''] = text.split(' ');
  return { pid: Number(pid), start, place };
}

/** What a note says; nothing where there is none. @throws Error where it may not be read */
export function readNote(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function touchNote(path: string): void {
  orNothing(() => utimesSync(path, new Date(), new Date()));
}

/** Watches a note until it is touched, or was not for as long as it would have been. */
export async function isTouched(path: string): Promise<boolean> {
  const touched = (): number | undefined => orNothing(() => statSync(path).mtimeMs);
  const first = touched();
  if (first === undefined) return false;
  const untilMs = Date.now() + Math.min(untouchedMs, untouchedMs - (Date.now() - first));
  while (Date.now() < untilMs) {
    await sleep(lookMs);
    const now = touched();
    if (now === undefined) return false;
    if (now !== first) return true;
  }
  return false;
}

/** Makes a note with its text in it at once; false where there is one already. */
export function makeNote(path: string, text: string): boolean {
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, text);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
  } finally {
    rmSync(draft, { force: true });
  }
  // Not every system has links.
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
