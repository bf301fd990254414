/** Reading a message as the buffer stores it: JSON members without braces; its id follows from epoch and position. */
import { type BufferedMessage, messageId } from '@pollux/core/server';
import type { QueuedRow } from '../contract/buffer.ts';
import { memberText } from './json-text.ts';

export interface Stored {
  readonly kind: string;
  readonly type: string;
  /** Data of a direct message, instruction of a fetch message, id that a withdrawal names: as JSON text. */
  readonly content: string;
}

export function readStored({ members }: BufferedMessage): Stored {
  const { kind, type, of } = readHead(members);
  const content = kind === 'withdrawn' ? JSON.stringify({ of }) : memberText(members, kind === 'fetch' ? 'fetch' : 'data');
  return { kind, type, content: content ?? '' };
}

function readHead(members: string): { readonly kind: string; readonly type: string; readonly of: string } {
  const read = (name: string): string => JSON.parse(memberText(members, name) ?? '""') as string;
  return { kind: read('kind'), type: read('type'), of: read('of') };
}

/** A queued message without its payload. */
export function queuedRow(epoch: string, message: BufferedMessage): QueuedRow {
  const { kind, type } = readHead(message.members);
  const { position, size, acceptedMs, expiresMs, urgency, topic } = message;
  return { id: messageId(epoch, position), position, kind, type, size, acceptedMs, expiresMs, urgency, topic };
}
