/** Opens the message buffer that the configuration names. */
import { createMemoryBuffer, type MessageBuffer } from '@pollux/core/server';
import type { HubConfiguration } from '../configuration/configuration.ts';

/** Whoever opens it closes it, after the communication server. */
export async function openBuffer({ buffer, limits }: HubConfiguration): Promise<MessageBuffer> {
  switch (buffer.kind) {
    case 'memory':
      return createMemoryBuffer({ limits });
  }
}
