import { openRedisBuffer } from '@pollux/redis';
import type { OpenBuffer } from './open-buffer.ts';

/** Buffers in one Redis, kept apart by prefixes. */
export function redisBuffers(url: string): OpenBuffer {
  let count = 0;
  return (options) => openRedisBuffer({ ...options, url, prefix: `w${count++}:` });
}
