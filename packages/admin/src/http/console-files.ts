/** The built console, read once at start: a request can only name what is in the table, so no path escapes it. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

export interface ConsoleFile {
  readonly type: string;
  readonly body: Buffer;
  /** Compressed by brotli, where that is smaller. */
  readonly brotli: Buffer | undefined;
  /** Its name holds a digest of its content. */
  readonly immutable: boolean;
}

export interface ConsoleFiles {
  readonly index: string;
  file(path: string): ConsoleFile | undefined;
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.woff2': 'font/woff2',
};

const baseTag = /<base href="[^"]*"\s*\/?>/;

function compress(body: Buffer): Buffer | undefined {
  if (body.length < 1024) return undefined;
  const small = brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
  return small.length < body.length ? small : undefined;
}

function readIndex(directory: string): string {
  const path = join(directory, 'index.html');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new TypeError(
      `createAdminHandler: consoleDirectory has no index.html (${directory}). Build the console, or leave the option out.`,
      { cause },
    );
  }
  if (!baseTag.test(text))
    throw new TypeError(`createAdminHandler: ${path} has no <base href>. Pass the directory of a built @pollux/console.`);
  return text;
}

/** Reads a built console; throws a `TypeError` when the directory holds none. */
export function readConsoleFiles(directory: string): ConsoleFiles {
  const index = readIndex(directory);
  const files = new Map<string, ConsoleFile>();
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const type = types[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const full = join(entry.parentPath, entry.name);
    const path = relative(directory, full).split(sep).join('/');
    const body = readFileSync(full);
    const compressible = type.includes('charset') || type.includes('svg');
    files.set(path, { type, body, brotli: compressible ? compress(body) : undefined, immutable: path.startsWith('assets/') });
  }
  files.delete('index.html');
  return { index, file: (path) => files.get(path) };
}

/** The page for one request: its base and the nonce under which its code may add styles. */
export function renderIndex(index: string, base: string, nonce: string): string {
  return index.replace(baseTag, `<base href="${base}">`).replace('__CSP_NONCE__', nonce);
}
