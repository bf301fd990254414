/** How the note of one that is gone is taken away, by one of those that found it, and no other note in its place. */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { holderOf } from './holder.ts';
import { makeNote, readNote } from './note.ts';

const lookMs = 20;

/**
 * Takes away the note that says this, of one that is gone; where another process is about to, gives it time to. Several may
 * find such a note at once, and each of them may be held up between its look and its taking away, until another note stands
 * there. So only who has a claim to this very note may take it away, and looks again first.
 * @param own what notes of this process say
 */
export async function clearNote(path: string, text: string, own: string): Promise<void> {
  const claim = `${path}.${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
  if (makeNote(claim, own)) {
    try {
      if (readNote(path) === text) rmSync(path, { force: true });
    } finally {
      rmSync(claim, { force: true });
    }
    return;
  }
  const found = readNote(claim);
  if (found === undefined) return;
  if ((await holderOf(claim, found)) === undefined) await clearNote(claim, found, own);
  else await sleep(lookMs);
}
