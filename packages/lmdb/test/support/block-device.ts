/**
 * A file as the disk has it, built from the calls of the process that wrote it: what was synced is there, of what was not
 * any sectors may be.
 */
import type { Call } from './trace.ts';

const sectorBytes = 512;

interface Writing {
  readonly at: number;
  readonly bytes: Buffer;
}

const bytesOf = (text: string): Buffer => Buffer.from(text.replaceAll('\\x', ''), 'hex');

/** The bytes of all buffers of a call, which stand between quotation marks. */
function quoted(rest: string): Buffer {
  return Buffer.concat([...rest.matchAll(/"((?:\\x[\da-f]{2})*)"/g)].map(([, text = '']) => bytesOf(text)));
}

const lastNumber = (rest: string): number => Number(/(\d+)\)?\s*$/.exec(rest)?.[1]);

export interface BlockDevice {
  /** Takes in a call; what it printed, where it is one. */
  hear(call: Call): string | undefined;
  /** The file after a power cut now: each sector that was not synced is there or not. */
  image(chance: () => number): Buffer;
  readonly syncs: number;
}

/** @param ignoresSyncs a fault: nothing but what is synced by itself is ever kept for sure */
export function createBlockDevice(path: string, ignoresSyncs = false): BlockDevice {
  let durable: Buffer = Buffer.alloc(0);
  let pending: Writing[] = [];
  let syncs = 0;
  // Descriptors of the file, and whether each writing on them is synced by itself.
  const files = new Map<number, { readonly isSynced: boolean; at: number }>();

  function apply(to: Buffer, { at, bytes }: Writing): Buffer {
    const grown = to.length >= at + bytes.length ? to : Buffer.concat([to, Buffer.alloc(at + bytes.length - to.length)]);
    bytes.copy(grown, at);
    return grown;
  }

  function sync(): void {
    syncs += 1;
    if (ignoresSyncs) return;
    for (const writing of pending) durable = apply(durable, writing);
    pending = [];
  }

  function opened({ rest, result }: Call): void {
    files.delete(result);
    if (quoted(rest).toString() === path) files.set(result, { isSynced: rest.includes('O_DSYNC'), at: 0 });
  }

  function written({ name, rest, result }: Call, file: { readonly isSynced: boolean; at: number }): void {
    const bytes = quoted(rest);
    const hasPlace = name.startsWith('pwrite');
    const writing = { at: hasPlace ? lastNumber(rest) : file.at, bytes };
    if (result !== bytes.length) throw new Error(`${name} wrote ${result} of ${bytes.length} bytes`);
    if (!hasPlace) file.at += result;
    if (file.isSynced) durable = apply(durable, writing);
    else pending.push(writing);
  }

  return {
    get syncs() {
      return syncs;
    },
    hear(call) {
      const { name, rest, result } = call;
      const descriptor = Number.parseInt(rest, 10);
      if (name === 'openat') opened(call);
      if (name === 'write' && descriptor === 1) return quoted(rest).toString();
      const file = files.get(descriptor);
      if (file === undefined) return undefined;
      if (name === 'close') files.delete(descriptor);
      else if (name === 'lseek') file.at = result;
      else if (name === 'ftruncate') throw new Error('the file was cut');
      else if (name.includes('sync')) sync();
      else written(call, file);
      return undefined;
    },
    image(chance) {
      let image: Buffer = Buffer.from(durable);
      for (const { at, bytes } of pending) {
        for (let from = 0; from < bytes.length; from += sectorBytes) {
          if (chance() < 0.5) image = apply(image, { at: at + from, bytes: bytes.subarray(from, from + sectorBytes) });
        }
      }
      return image;
    },
  };
}
