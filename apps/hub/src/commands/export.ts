import { createWriteStream, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { checkLines, exportLines, TransferError } from '@pollux/admin';
import { openBuffer } from '../run/open-buffer.ts';
import {
  type Command,
  CommandError,
  type CommandIo,
  type CommandLine,
  counted,
  exitCodes,
  parseCommandLine,
  UsageError,
} from './command.ts';
import { connectConsole, consoleHelp, consoleOptions, refusalOf } from './console-connection.ts';
import { loadFrom, settingHelp, settingOptions } from './settings.ts';
import { linesOf } from './transfer-file.ts';

/** Where the lines come from: a running hub, or the store that the configuration names. */
async function linesFrom(line: CommandLine, io: CommandIo): Promise<{ lines: Readable; close: () => Promise<void> }> {
  const hub = await connectConsole(line, io);
  if (hub !== undefined) {
    const response = await hub(`transfer/export${line.flag('final') ? '?final=true' : ''}`);
    if (response.status !== 200 || response.body === null) throw new CommandError(`${await refusalOf(response)}.`);
    return { lines: Readable.fromWeb(response.body as never), close: () => Promise.resolve() };
  }
  if (line.flag('final')) throw new UsageError('--final ends a running hub: name its console with --hub');
  const { configuration } = loadFrom(line, io);
  if (configuration.buffer.kind === 'memory') {
    throw new CommandError(
      'The buffer of this configuration is "memory", which only the running hub holds. Name its console: --hub http://127.0.0.1:4101',
    );
  }
  const buffer = await openBuffer(configuration);
  return { lines: Readable.from(exportLines(buffer.inspect, Date.now())), close: () => buffer.close() };
}

/** `pollux-hub export` */
export const exportCommand: Command = {
  name: 'export',
  summary: "writes the message buffer's content to a file, to be imported into another",
  help: `pollux-hub export FILE [--hub URL [--final]] [options]

  pollux-hub export buffer.jsonl --hub http://127.0.0.1:4101 --final
  pollux-hub export buffer.jsonl --config pollux-hub.json

Writes every queue with its messages, cursors, keys and losses as JSON Lines, so that clients go on where they were once
"pollux-hub import" has read it. With --hub it asks a running hub; without, it opens the store that the configuration
names (a store in files must not be in use by a running hub).

      --final           the hub accepts nothing more, hands everything over, and ends: for moving to another buffer. Other hubs
                        over the same Redis go on accepting: end them before
${consoleHelp}

${settingHelp}`,
  async run(args, io) {
    const line = parseCommandLine(args, { ...settingOptions, ...consoleOptions, final: { type: 'boolean' } }, 1);
    const [file] = line.positionals;
    if (file === undefined) throw new UsageError('Which file shall be written? For example: pollux-hub export buffer.jsonl');
    if (existsSync(file)) throw new CommandError(`${file} is there already; name another file, or take it away`);
    const part = `${file}.part`;
    const { lines, close } = await linesFrom(line, io);
    try {
      // Nobody else's to read: it holds every message.
      await pipeline(lines, createWriteStream(part, { mode: 0o600, flush: true }));
      const { queues, messages } = await checkLines(linesOf(part));
      await rename(part, file);
      io.err(`Exported ${counted(messages, 'message')} of ${counted(queues, 'queue')} to ${file}.`);
      return exitCodes.success;
    } catch (error) {
      await rm(part, { force: true });
      if (error instanceof TransferError) throw new CommandError(`The export failed: ${error.message}.`);
      const { code, message } = error as NodeJS.ErrnoException;
      throw new CommandError(`Cannot write ${file}: ${code ?? message}`);
    } finally {
      await close();
    }
  },
};
