/**
 * Records as they stand in the file: a checksum over key and value, then the value. A record that was changed, moved or
 * cut is known by it, and never believed.
 */
import { crc32 } from 'node:zlib';

const checksumBytes = 4;

/**
 * The kinds of record: names of queues, parked messages, segments of the log, what there is of them, and the format. In files of
 * format 1 messages and idempotency keys had records of their own.
 */
export type RecordKind = 'queue' | 'parked' | 'segment' | 'state' | 'format' | 'message' | 'key';

/** A record's key as text: its kind, the epoch of its queue, and what it is in that queue, each on a line. */
export type RecordKey = string;

export function recordKey(kind: RecordKind, epoch = '', which: number | string = ''): RecordKey {
  return `${kind}\n${epoch}\n${which}`;
}

/** Which segments there are, to know of one that is missing. */
export const stateKey: RecordKey = recordKey('state');

export const formatKey: RecordKey = recordKey('format');

/** A segment's key: the file has them in the order of their numbers. */
export function segmentKey(number: number): RecordKey {
  return recordKey('segment', '', String(number).padStart(16, '0'));
}

/** What a key says; a damaged one may say anything. */
export function parseKey(key: RecordKey): { readonly kind: string; readonly epoch: string; readonly which: string } {
  const first = key.indexOf('\n');
  const second = key.indexOf('\n', first + 1);
  return { kind: key.slice(0, first), epoch: key.slice(first + 1, second), which: key.slice(second + 1) };
}

/** The checksum of a value under its key. */
export function checksum(key: RecordKey, value: Buffer): number {
  return crc32(value, crc32(key));
}

/** Whether bytes are those of which a checksum under this key was made. */
export function isIntact(key: RecordKey, value: Buffer, sum: number): boolean {
  return checksum(key, value) === sum;
}

/** Seals a value. */
export function seal(key: RecordKey, text: string): Buffer {
  const sealed = Buffer.allocUnsafe(checksumBytes + Buffer.byteLength(text));
  sealed.write(text, checksumBytes);
  sealed.writeUInt32BE(checksum(key, sealed.subarray(checksumBytes)));
  return sealed;
}

/** The value of a sealed record, or `undefined` where it is not what was sealed under this key. */
export function unseal(key: RecordKey, sealed: Buffer): string | undefined {
  if (sealed.length < checksumBytes) return undefined;
  const value = sealed.subarray(checksumBytes);
  return isIntact(key, value, sealed.readUInt32BE()) ? value.toString() : undefined;
}
