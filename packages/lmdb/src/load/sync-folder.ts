/** The names of files are the folder's, and outlive a power cut only when that is synced. */
import { closeSync, fsyncSync, openSync } from 'node:fs';

export function syncFolder(folder: string): void {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(folder, 'r');
    fsyncSync(descriptor);
  } catch {
    // Not every system has folders that can be synced; those keep names by themselves.
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
