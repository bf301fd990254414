/** A file that is read where it is looked at: one of some gigabytes fits into no buffer, and not always into memory. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

export class PageFile {
  readonly bytes: number;
  readonly #descriptor: number;

  constructor(path: string) {
    this.#descriptor = openSync(path, 'r');
    this.bytes = fstatSync(this.#descriptor).size;
  }

  /** @returns fewer bytes than asked for where the file ends before */
  read(at: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    let got = 0;
    while (got < length) {
      const more = readSync(this.#descriptor, bytes, got, length - got, at + got);
      if (more === 0) break;
      got += more;
    }
    return bytes.subarray(0, got);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Opens a file for as long as something is done with it. */
export function withPageFile<T>(path: string, use: (file: PageFile) => T): T {
  const file = new PageFile(path);
  try {
    return use(file);
  } finally {
    file.close();
  }
}
