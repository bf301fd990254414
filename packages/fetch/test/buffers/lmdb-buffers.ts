import { openLmdbBuffer } from '@pollux/lmdb';
import type { OpenBuffer } from './open-buffer.ts';

/** Buffers in one folder, each in a file of its own. */
export function lmdbBuffers(folder: string): OpenBuffer {
  let count = 0;
  return (options) => openLmdbBuffer({ ...options, path: `${folder}/${count++}.mdb` });
}
