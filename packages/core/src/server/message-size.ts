import type { BufferedMessage } from '../buffer/message-buffer.ts';

/** What a message counts for besides the bytes of its text: the record, its place in the queue. */
export const messageOverhead = 96;

/** Whether a message's text is all ASCII, told from its size: it then takes as many bytes as characters. */
export function isAsciiMessage({ members, size }: BufferedMessage): boolean {
  return size - messageOverhead === members.length;
}
