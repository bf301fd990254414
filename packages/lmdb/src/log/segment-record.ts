/**
 * A segment as bytes: a table that tells of each frame its queue, its length and its checksum, sealed, then the frames.
 * Where a frame is damaged, its queue is known; where the table is, nobody can tell which queues are concerned.
 */
import { checksum, isIntact, type RecordKey, seal, unseal } from '../record.ts';

export interface SealedFrame {
  readonly epoch: string;
  /** `undefined` where it is not what was written. */
  readonly text: string | undefined;
}

const lengthBytes = 4;

/** Seals frames into a segment. */
export function sealSegment(key: RecordKey, frames: readonly { readonly epoch: string; readonly text: string }[]): Buffer {
  const lengths = frames.map(({ text }) => Buffer.byteLength(text));
  const body = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + length, 0));
  let table = '';
  let at = 0;
  frames.forEach(({ epoch, text }, index) => {
    const end = at + (lengths[index] ?? 0);
    body.write(text, at);
    table += `${epoch} ${end - at} ${checksum(key, body.subarray(at, end))}\n`;
    at = end;
  });
  const sealed = seal(key, table);
  const length = Buffer.allocUnsafe(lengthBytes);
  length.writeUInt32BE(sealed.length);
  return Buffer.concat([length, sealed, body]);
}

/** The frames of a segment; `undefined` where its table is not what was sealed under this key. */
export function openSegment(key: RecordKey, record: Buffer): SealedFrame[] | undefined {
  if (record.length < lengthBytes) return undefined;
  const tableEnd = lengthBytes + record.readUInt32BE();
  const table = tableEnd > record.length ? undefined : unseal(key, record.subarray(lengthBytes, tableEnd));
  if (table === undefined) return undefined;
  const frames: SealedFrame[] = [];
  let at = tableEnd;
  for (const line of table.split('\n').slice(0, -1)) {
    const [epoch = '', length, sum] = line.split(' ');
    const end = at + Number(length);
    const bytes = record.subarray(at, end);
    const isWhole = end <= record.length && isIntact(key, bytes, Number(sum));
    frames.push({ epoch, text: isWhole ? bytes.toString() : undefined });
    at = end;
  }
  return frames;
}
