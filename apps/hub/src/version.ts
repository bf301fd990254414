import { readFileSync } from 'node:fs';

/** The version of this package; its `package.json` lies one folder above, for the sources as for the built command. */
export const version: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string }
).version;
