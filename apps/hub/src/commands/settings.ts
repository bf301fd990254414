/** The options that tell settings, the same for every command that reads the configuration. */
import type { ParseArgsConfig } from 'node:util';
import { type ConfigurationFlags, type Loaded, loadConfiguration } from '../configuration/load.ts';
import { type CommandIo, type CommandLine, UsageError } from './command.ts';

/** Options that are short for a setting. */
const shortcuts = {
  host: 'listen.host',
  port: 'listen.port',
  'base-path': 'basePath',
  'admin-host': 'admin.host',
  'admin-port': 'admin.port',
  'log-level': 'log.level',
  workers: 'workers',
} as const;

/** For `parseCommandLine`. */
export const settingOptions: NonNullable<ParseArgsConfig['options']> = {
  config: { type: 'string', short: 'c' },
  set: { type: 'string', multiple: true },
  ...Object.fromEntries(Object.keys(shortcuts).map((name) => [name, { type: 'string' }])),
};

/** For a command's help. */
export const settingHelp = `Options
  -c, --config FILE     the configuration file (else POLLUX_CONFIG, else pollux-hub.json where there is one)
      --host HOST       listen.host         --port PORT         listen.port
      --admin-host HOST admin.host          --admin-port PORT   admin.port
      --base-path PATH  basePath            --log-level LEVEL   log.level
      --workers NUMBER  workers
      --set NAME=VALUE  any setting, e.g. --set limits.holdSeconds=20 (may be repeated)

Flags win over the environment (POLLUX_LISTEN_PORT=4200 for listen.port), which wins over the file.`;

function flagsOf(line: CommandLine): ConfigurationFlags {
  const short = Object.entries(shortcuts).flatMap(([name, path]) => {
    const text = line.text(name);
    return text === undefined ? [] : [{ path, text, flag: `--${name}` }];
  });
  const long = line.texts('set').map((each) => {
    const equals = each.indexOf('=');
    if (equals < 1)
      throw new UsageError(`--set ${JSON.stringify(each)} must be NAME=VALUE, for example --set limits.holdSeconds=20`);
    return { path: each.slice(0, equals), text: each.slice(equals + 1), flag: '--set' };
  });
  const config = line.text('config');
  return { settings: [...short, ...long], ...(config !== undefined && { config }) };
}

/** The configuration that a command line and its environment tell. */
export function loadFrom(line: CommandLine, io: CommandIo): Loaded {
  return loadConfiguration(flagsOf(line), io.environment);
}
