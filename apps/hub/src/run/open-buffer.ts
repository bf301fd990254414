/** Opens the message buffer that the configuration names. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createMemoryBuffer, type MessageBuffer } from '@pollux/core/server';
import { openLmdbBuffer } from '@pollux/lmdb';
import { joinBuffer } from '@pollux/node/sharing';
import { openRedisBuffer } from '@pollux/redis';
import { addressesOf } from '../configuration/buffer-definition.ts';
import type { HubConfiguration } from '../configuration/configuration.ts';

/** A buffer that cannot be opened; its message says what to change. */
export class BufferError extends Error {
  override readonly name = 'BufferError';
}

/**
 * Whoever opens it closes it, after the communication server. Where another process has it, `socket` is where that one
 * shares it. Throws `BufferError`.
 */
export async function openBuffer({ buffer, limits }: HubConfiguration, socket?: string): Promise<MessageBuffer> {
  if (socket !== undefined) return joinBuffer({ path: socket });
  switch (buffer.kind) {
    case 'memory':
      return createMemoryBuffer({ limits });
    case 'lmdb':
      return openFile(resolve(buffer.path), limits);
    case 'redis':
      return openServer(buffer, limits);
  }
}

async function openFile(path: string, limits: HubConfiguration['limits']): Promise<MessageBuffer> {
  if (!existsSync(dirname(path)))
    throw new BufferError(
      `Cannot open the message buffer ${path}: there is no folder ${dirname(path)}. Make it, or change buffer.path`,
    );
  try {
    return await openLmdbBuffer({ path, limits });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BufferError(`Cannot open the message buffer (setting buffer.path): ${why}`, { cause: error });
  }
}

async function openServer(
  { url, prefix, waitReplicas, buckets }: HubConfiguration['buffer'],
  limits: HubConfiguration['limits'],
): Promise<MessageBuffer> {
  const addresses = addressesOf(url);
  try {
    return await openRedisBuffer({ url: addresses, prefix, waitReplicas, buckets, limits });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    // The address itself may carry a password.
    const hosts = addresses.map((address) => new URL(address).host).join(', ');
    throw new BufferError(`Cannot open the message buffer at ${hosts} (setting buffer.url): ${why}`, {
      cause: error,
    });
  }
}
