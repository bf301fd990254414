/**
 * One process owns a file: two that hold the same queues in their memories would undo each other's writing. A note beside
 * the file says which. Of its own machine and container the system tells whether it still runs; of another it shows by
 * touching the note now and then.
 */
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, readlinkSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { setInterval } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';

/** Files that this process owns. */
const owned = new Set<string>();

/** Milliseconds between two touches of the note. */
const touchMs = 2000;
/** Milliseconds after which a note that nobody touches is that of a process that is gone. */
const untouchedMs = 10_000;
const lookMs = 250;

/** What a note says. */
interface Note {
  readonly pid: number;
  /** When the process began; empty where nobody tells. */
  readonly start: string;
  /** Its machine, since that began, and its container; empty where nobody tells. */
  readonly place: string;
}

function told<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

/** What the system tells of a process, from its state on. Not every system tells, nor every program's permissions. */
function statusOf(pid: number): readonly string[] | undefined {
  return told(() => readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' '));
}

/** When a process began, in ticks since the machine did; tells a process from a later one of the same number. */
function startOf(pid: number): string | undefined {
  return statusOf(pid)?.[19];
}

/** Where numbers of processes mean what they mean here. */
function placeHere(): string {
  const place = told(
    () => `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}/${readlinkSync('/proc/self/ns/pid')}`,
  );
  return place ?? '';
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // One that has ended keeps its number until its parent has heard of it, and some never listen.
    return statusOf(pid)?.[0] !== 'Z';
  } catch (error) {
    // Only the system's word frees a file: who may not ask, such as Deno without --allow-run, takes the process for alive.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function readNote(text: string): Note {
  const [pid = '', start = '', place = ''] = text.split(' ');
  return { pid: Number(pid), start, place };
}

/** Whether a process of this machine and container is still the one that the note names. */
function isRunning({ pid, start }: Note): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return false;
  const startNow = startOf(pid);
  // An earlier process of this number, where nobody tells: what this one has it knows by its name.
  if (pid === process.pid && (start === '' || startNow === undefined)) return false;
  return start === '' || startNow === undefined || start === startNow;
}

/** Watches a note until it is touched, or was not for as long as it would have been. */
async function isTouched(path: string): Promise<boolean> {
  const touched = (): number | undefined => told(() => statSync(path).mtimeMs);
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

/** Who holds a file, in words; undefined where that one is gone. */
async function holderOf(path: string, text: string): Promise<string | undefined> {
  const note = readNote(text);
  const here = placeHere();
  if (note.place !== '' && here !== '' && note.place !== here)
    return (await isTouched(path)) ? `process ${note.pid} of another container or machine` : undefined;
  return isRunning(note) ? `process ${note.pid}` : undefined;
}

/** Makes a file with its text in it at once; false where there is one already. */
function make(path: string, text: string): boolean {
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

/** Takes away the note of one that is gone, and no other that was put in its place meanwhile. */
function clear(path: string, text: string): void {
  const aside = `${path}.${randomUUID()}`;
  if (told(() => renameSync(path, aside) ?? true) === undefined) return;
  if (told(() => readFileSync(aside, 'latin1')) !== text) told(() => linkSync(aside, path));
  rmSync(aside, { force: true });
}

/** Puts a note of this process beside the file; resolves to what it says. */
async function takeNote(path: string, note: string): Promise<string> {
  const text = `${process.pid} ${startOf(process.pid) ?? ''} ${placeHere()}`;
  while (!make(note, text)) {
    const found = told(() => readFileSync(note, 'latin1'));
    if (found === undefined) continue;
    const holder = await holderOf(note, found);
    if (holder !== undefined) throw inUse(path, holder, note);
    clear(note, found);
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
    isLost ||= told(() => readFileSync(note, 'latin1')) !== text;
    if (!isLost) told(() => utimesSync(note, new Date(), new Date()));
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
