/** Who has what a note stands for, if that one is still there. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, placeHere } from './identity.ts';
import { isTouched, parseNote, readNote } from './note.ts';

const writingMs = 250;

/** Who holds what a note says is held, in words; undefined where that one is gone. */
export async function holderOf(path: string, text: string): Promise<string | undefined> {
  if (text === '') {
    // Where there are no links a note is made before it is written.
    await sleep(writingMs);
    return readNote(path) === '' ? undefined : 'another process';
  }
  const note = parseNote(text);
  const here = placeHere();
  if (note.place !== '' && here !== '' && note.place !== here)
    return (await isTouched(path)) ? `process ${note.pid} of another container or machine` : undefined;
  return isRunning(note) ? `process ${note.pid}` : undefined;
}
