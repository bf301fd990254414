/**
 * Cursors: opaque to clients, a vector of places to the server.
 *
 * An application's cursor names a place in each queue that the session follows for it: the recipient's own (`r`),
 * everyone's (`e`) and one for each group (`g` and a digest of the group's name). A part is tag, epoch (11 characters
 * of base64url: 64 bits) and position in base 36; parts are joined by dots.
 */
import { hash52 } from './text.ts';
import type { Address } from './types.ts';

const epochLength = 11;
const part = /^(?:r|e|g[0-9a-z]{1,11}~)[A-Za-z0-9_-]{11}(?:0|[1-9a-z][0-9a-z]{0,10})$/;

/** Bytes of randomness of an epoch. */
export const epochBytes = 8;

/** A longer text is no cursor (protocol §4.1). */
const cursorLength = 4096;

/** Characters that one queue's part of a cursor takes at most, with the dot before the next. */
export const partLength = 36;

/** Groups that fit into a cursor beside the recipient's own queue and everyone's. */
export const mostGroups: number = Math.floor((cursorLength + 1) / partLength) - 2;

/** How a queue is named inside a cursor. */
export function cursorTag(address: Address): string {
  switch (address.kind) {
    case 'recipient':
      return 'r';
    case 'everyone':
      return 'e';
    case 'group':
      return `g${hash52(address.name, 0).toString(36)}~`;
  }
}

/** One part of a cursor. */
export function cursorPart(tag: string, epoch: string, position: number): string {
  return `${tag}${epoch}${position.toString(36)}`;
}

/** A place named by a cursor. */
export interface CursorPlace {
  readonly epoch: string;
  readonly position: number;
}

/** Reads a cursor: places by tag, or `undefined` for a text that no server gave out. */
export function parseCursor(text: string): ReadonlyMap<string, CursorPlace> | undefined {
  if (text.length > cursorLength) return undefined;
  const places = new Map<string, CursorPlace>();
  for (const piece of text.split('.')) {
    if (!part.test(piece)) return undefined;
    const tagLength = piece.startsWith('g') ? piece.indexOf('~') + 1 : 1;
    const tag = piece.slice(0, tagLength);
    const position = Number.parseInt(piece.slice(tagLength + epochLength), 36);
    if (places.has(tag) || !Number.isSafeInteger(position)) return undefined;
    places.set(tag, { epoch: piece.slice(tagLength, tagLength + epochLength), position });
  }
  return places;
}

/** A message's id: the life of the queue and the position in it. */
export function messageId(epoch: string, position: number): string {
  return `${epoch}${position.toString(36)}`;
}

/** Reads a message id, or `undefined` for a text that is none. */
export function parseMessageId(id: string): CursorPlace | undefined {
  if (id.length > epochLength + 11 || !/^[A-Za-z0-9_-]{11}[1-9a-z][0-9a-z]*$/.test(id)) return undefined;
  const position = Number.parseInt(id.slice(epochLength), 36);
  return Number.isSafeInteger(position) ? { epoch: id.slice(0, epochLength), position } : undefined;
}
