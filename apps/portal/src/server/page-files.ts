import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

/** A file of the built page, ready to be sent. */
export interface PageFile {
  readonly body: Buffer;
  readonly type: string;
  /** Its name carries a hash of its content, so it may be kept for ever. */
  readonly immutable: boolean;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.map': 'application/json',
};

/**
 * Reads the built page whole, by request path: what is not in the map does not exist, so no path can lead out of the
 * folder. Throws where the page was not built.
 */
export function readPageFiles(folder: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = `/${relative(folder, file).split(sep).join('/')}`;
    const type = types[extname(entry.name)] ?? 'application/octet-stream';
    files.set(path, { body: readFileSync(file), type, immutable: path.startsWith('/assets/') });
  }
  const index = files.get('/index.html');
  if (!index)
    throw new Error(`There is no index.html in ${folder}. Build the page first: npm run build --workspace @pollux/portal`);
  files.set('/', index);
  return files;
}
