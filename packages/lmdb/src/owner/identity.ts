/** Which process this is, and whether another one still runs, as far as the system tells. */
import { readFileSync, readlinkSync } from 'node:fs';
import { orNothing } from './or-nothing.ts';

/** A process, so that no other one is meant. */
export interface Identity {
  readonly pid: number;
  /** When the process began; empty where nobody tells. */
  readonly start: string;
  /** Its machine, since that began, and its container; empty where nobody tells. */
  readonly place: string;
}

/** What the system tells of a process, from its state on. Not every system tells, nor every program's permissions. */
function statusOf(pid: number): readonly string[] | undefined {
  return orNothing(() => readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' '));
}

/** When a process began, in ticks since the machine did; tells a process from a later one of the same number. */
function startOf(pid: number): string | undefined {
  return statusOf(pid)?.[19];
}

/** Where numbers of processes mean what they mean here. */
export function placeHere(): string {
  const place = orNothing(
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

/** Whether a process of this machine and container is still the one that the note names. */
export function isRunning({ pid, start }: Identity): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return false;
  const startNow = startOf(pid);
  // An earlier process of this number, where nobody tells: what this one has it knows by its name.
  if (pid === process.pid && (start === '' || startNow === undefined)) return false;
  return start === '' || startNow === undefined || start === startNow;
}

/** This process. */
export function ownIdentity(): Identity {
  return { pid: process.pid, start: startOf(process.pid) ?? '', place: placeHere() };
}
