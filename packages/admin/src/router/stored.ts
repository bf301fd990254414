/** Reading a message as the buffer stores it: JSON members without braces; its id follows from epoch and position. */
import { type BufferedMessage, messageId } from '@pollux/core/server';
import type { QueuedRow } from '../contract/buffer.ts';

export interface Stored {
  readonly kind: string;
  readonly type: string;
  /** Data of a direct message, instruction of a fetch message, id that a withdrawal names. */
  readonly content: unknown;
}

interface Members {
  readonly kind: string;
  readonly type?: string;
  readonly data?: unknown;
  readonly fetch?: unknown;
  readonly of?: unknown;
}

export function readStored(message: BufferedMessage): Stored {
  const { kind, type = '', data, fetch, of } = JSON.parse(`{${message.members}}`) as Members;
  return { kind, type, content: kind === 'fetch' ? fetch : kind === 'withdrawn' ? { of } : data };
}

/** A queued message without its payload. */
export function queuedRow(epoch: string, message: BufferedMessage): QueuedRow {
  const { kind, type } = readStored(message);
  const { position, size, acceptedMs, expiresMs, urgency, topic } = message;
  return { id: messageId(epoch, position), position, kind, type, size, acceptedMs, expiresMs, urgency, topic };
}
