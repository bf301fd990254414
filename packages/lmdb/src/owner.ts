/** One process owns a file: two that hold the same queues in their memories would undo each other's writing. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

/** Files that this process owns. */
const owned = new Set<string>();

/**
 * When a process began, in ticks since the machine did; tells a process from a later one of the same number. Not every
 * system tells, nor every program's permissions.
 */
function startOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[19];
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Only the system's word frees a file: who may not ask, such as Deno without --allow-run, takes the process for alive.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** The process that holds the note, if it still is that process; this one may have it under another name of the file. */
function holderOf(note: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(note, 'latin1');
  } catch {
    return undefined;
  }
  const [pid = '', start = ''] = text.split(' ');
  const holder = Number(pid);
  if (!Number.isInteger(holder) || holder <= 0 || !isAlive(holder)) return undefined;
  const startNow = startOf(holder);
  // An earlier process of this number, where nobody tells: what this one has it knows by its name.
  if (holder === process.pid && (start === '' || startNow === undefined)) return undefined;
  return start === '' || startNow === undefined || start === startNow ? holder : undefined;
}

/**
 * Takes a file for this process; returns the way to give it back.
 * @throws Error where another process has it
 */
export function takeOwnership(path: string): () => void {
  const note = `${path}.owner`;
  const holder = owned.has(path) ? process.pid : holderOf(note);
  if (holder !== undefined) {
    throw new Error(
      `The message buffer ${path} is in use by process ${holder}. End that one, or give this one a file of its own; ` +
        `if process ${holder} is no Pollux, take ${note} away.`,
    );
  }
  writeFileSync(note, `${process.pid} ${startOf(process.pid) ?? ''}`);
  owned.add(path);
  return () => {
    owned.delete(path);
    rmSync(note, { force: true });
  };
}
