/** What every command has and gets. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { nearest } from '../configuration/suggest.ts';

/** How a command speaks and listens; a test gives its own. */
export interface CommandIo {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Writes a line to standard output. */
  out(line: string): void;
  /** Writes a line to standard error. */
  err(line: string): void;
  /** All of standard input, as text. */
  readInput(): Promise<string>;
}

/** One word of the command line. */
export interface Command {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  /** All of `pollux-hub help NAME`. */
  readonly help: string;
  /** Resolves to the exit code. */
  run(args: readonly string[], io: CommandIo): Promise<number>;
}

/** Exit codes; the last two are those of sysexits.h. */
export const exitCodes = { success: 0, failure: 1, usage: 64, configuration: 78 } as const;

/** A command line that cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A failure that is told to the user as it is, without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** `1 queue`, `2 queues`. */
export function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

type Options = NonNullable<ParseArgsConfig['options']>;

/** The values of a command's own options, by name. */
export interface CommandLine {
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  flag(name: string): boolean;
  readonly positionals: readonly string[];
}

function describe(error: unknown, options: Options): string {
  const message = error instanceof Error ? error.message : String(error);
  const unknown = /^Unknown option '(-+)([^'=]+)/.exec(message);
  if (unknown === null) return message.split('\n')[0]?.replace(/\. To specify.*$/, '') ?? message;
  const best = nearest(unknown[2] ?? '', Object.keys(options));
  return `There is no option ${unknown[1]}${unknown[2]}${best === undefined ? '' : `; did you mean --${best}?`}`;
}

/** Reads a command line; throws `UsageError`. At most `most` words may stand beside the options. */
export function parseCommandLine(args: readonly string[], options: Options, most = 0): CommandLine {
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: most > 0, strict: true });
  } catch (error) {
    throw new UsageError(describe(error, options));
  }
  const { values, positionals } = parsed;
  if (positionals.length > most) throw new UsageError(`One word too many: ${JSON.stringify(positionals[most])}`);
  const list = (name: string): readonly string[] => [values[name] ?? []].flat().filter((each) => typeof each === 'string');
  for (const [name, { type, multiple }] of Object.entries(options)) {
    const twice = args.filter((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`)).length > 1;
    if (type === 'string' && multiple !== true && twice) throw new UsageError(`--${name} is given twice`);
  }
  return { text: (name) => list(name).at(-1), texts: list, flag: (name) => values[name] === true, positionals };
}

/** Reads a whole number of an option; throws `UsageError`. */
export function wholeNumberOf(line: CommandLine, name: string, min: number, max: number): number | undefined {
  const text = line.text(name);
  if (text === undefined) return undefined;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`--${name} ${JSON.stringify(text)} must be a whole number from ${min} to ${max}`);
}
