/** Gathers, checks and returns the configuration; the one way to it. */
import { existsSync } from 'node:fs';
import { checkConfiguration } from './check.ts';
import type { HubConfiguration } from './configuration.ts';
import { ConfigurationError } from './faults.ts';
import { type Gathered, readEnvironment, readFile, readFlag } from './sources.ts';

/** What a command line says of the configuration. */
export interface ConfigurationFlags {
  /** The file. @default POLLUX_CONFIG, else pollux-hub.json where there is one */
  readonly config?: string;
  /** Single settings: their path, their text, and the flag as it was written. */
  readonly settings: readonly { readonly path: string; readonly text: string; readonly flag: string }[];
}

/** A configuration that can be used, with where it came from. */
export interface Loaded {
  readonly configuration: HubConfiguration;
  readonly file: string | undefined;
  readonly notes: readonly string[];
}

const usualFile = 'pollux-hub.json';

/** Flags win over the environment, which wins over the file, which wins over defaults. Throws `ConfigurationError`. */
export function loadConfiguration(flags: ConfigurationFlags, environment: Readonly<Record<string, string | undefined>>): Loaded {
  const gathered: Gathered = { raw: undefined, faults: [], origins: new Map(), notes: [] };
  const { POLLUX_CONFIG: variable } = environment;
  const file = flags.config ?? (variable || (existsSync(usualFile) ? usualFile : undefined));
  if (file !== undefined) readFile(gathered, file);
  const unreadable = gathered.faults.length > 0;
  readEnvironment(gathered, environment);
  for (const { path, text, flag } of flags.settings) readFlag(gathered, path, text, flag);
  // What is missing cannot be told while the file that should hold it is unreadable.
  const checked = unreadable ? { faults: [] } : checkConfiguration(gathered.raw ?? {});
  const faults = [...gathered.faults, ...('faults' in checked ? checked.faults : [])];
  if ('faults' in checked || faults.length > 0) throw new ConfigurationError(faults, gathered.origins);
  return { configuration: checked.configuration, file, notes: gathered.notes };
}
