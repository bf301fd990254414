/**
 * Records as they stand in the file: a checksum over key and value, then the value. A record that was changed, moved or
 * cut is known by it, and never believed.
 */
import { crc32 } from 'node:zlib';

const checksumBytes = 4;

/** The kinds of record: queues, their messages, parked messages and idempotency keys; and the format. */
export type RecordKind = 'queue' | 'message' | 'parked' | 'key' | 'format';

/** A record's key as text: its kind, the epoch of its queue, and what it is in that queue, each on a line. */
export type RecordKey = string;

export function recordKey(kind: RecordKind, epoch = '', which: number | string = ''): RecordKey {
  return `${kind}\n${epoch}\n${which}`;
}

/** What a key says; a damaged one may say anything. */
export function parseKey(key: RecordKey): { readonly kind: string; readonly epoch: string; readonly which: string } {
  const first = key.indexOf('\n');
  const second = key.indexOf('\n', first + 1);
  return { kind: key.slice(0, first), epoch: key.slice(first + 1, second), which: key.slice(second + 1) };
}

function checksum(key: RecordKey, value: Buffer): number {
  return crc32(value, crc32(key));
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
  return sealed.readUInt32BE() === checksum(key, value) ? value.toString() : undefined;
}
