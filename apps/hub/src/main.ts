/** Runs one command line, and turns what goes wrong into a text and an exit code. */
import { type Command, CommandError, type CommandIo, exitCodes, UsageError } from './commands/command.ts';
import { commands, overview } from './commands/registry.ts';
import { ConfigurationError } from './configuration/faults.ts';
import { suggestion } from './configuration/suggest.ts';
import { BufferError } from './run/open-buffer.ts';
import { version } from './version.ts';

function find(name: string): Command {
  const found = commands.find((each) => each.name === name);
  if (found !== undefined) return found;
  const known = [...commands.map((each) => each.name), 'help'];
  throw new UsageError(`There is no command ${JSON.stringify(name)}; ${suggestion(name, known)}`);
}

async function dispatch(args: readonly string[], io: CommandIo): Promise<number> {
  const [first, ...rest] = args;
  if (first === '--version') {
    io.out(version);
    return exitCodes.success;
  }
  if (first === '--help' || first === '-h' || first === 'help') {
    io.out(first === 'help' && rest[0] !== undefined ? find(rest[0]).help : overview());
    return exitCodes.success;
  }
  const named = first !== undefined && !first.startsWith('-');
  const command = find(named ? first : 'serve');
  const own = named ? rest : args;
  if (own.some((arg) => arg === '--help' || arg === '-h')) {
    io.out(command.help);
    return exitCodes.success;
  }
  return command.run(own, io);
}

/** Resolves to the exit code. A mistake of the user's is told in words; a stack is shown for mistakes of ours only. */
export async function main(args: readonly string[], io: CommandIo): Promise<number> {
  try {
    return await dispatch(args, io);
  } catch (error) {
    if (error instanceof UsageError) {
      io.err(`pollux-hub: ${error.message}. See pollux-hub --help.`.replace('?.', '?').replace('..', '.'));
      return exitCodes.usage;
    }
    if (error instanceof ConfigurationError) {
      io.err(`pollux-hub: ${error.message}`);
      return exitCodes.configuration;
    }
    if (error instanceof CommandError || error instanceof BufferError) {
      io.err(`pollux-hub: ${error.message}`);
      return exitCodes.failure;
    }
    io.err(
      `pollux-hub: unexpected failure, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    return exitCodes.failure;
  }
}
