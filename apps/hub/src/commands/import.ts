import { createReadStream } from 'node:fs';
import { checkLines, importLines, type TransferCount, TransferError } from '@pollux/admin';
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

async function importInto(line: CommandLine, io: CommandIo, file: string): Promise<TransferCount> {
  const hub = await connectConsole(line, io);
  if (hub !== undefined) {
    const response = await hub('transfer/import', createReadStream(file));
    if (response.status !== 200) throw new CommandError(`${await refusalOf(response)}.`);
    return (await response.json()) as TransferCount;
  }
  const { configuration } = loadFrom(line, io);
  if (configuration.buffer.kind === 'memory') {
    throw new CommandError(
      'The buffer of this configuration is "memory", which ends with its process. Name a running hub: --hub http://127.0.0.1:4101',
    );
  }
  const buffer = await openBuffer(configuration);
  try {
    return await importLines(buffer, linesOf(file));
  } finally {
    await buffer.close();
  }
}

/** Wrong lines are found before the first is stored. */
async function checkFile(file: string): Promise<void> {
  try {
    await checkLines(linesOf(file));
  } catch (error) {
    if (error instanceof TransferError) throw new CommandError(`${file}: ${error.message}. Nothing was imported.`);
    throw new CommandError(`Cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`);
  }
}

/** `pollux-hub import` */
export const importCommand: Command = {
  name: 'import',
  summary: 'reads a file that "export" wrote into the message buffer',
  help: `pollux-hub import FILE [--hub URL] [options]

  pollux-hub import buffer.jsonl --config pollux-hub.json

Checks the whole file first, then takes every queue over with its cursors, so that clients go on where they were. A queue
that the buffer holds already is left as it is and named; the exit code is then 1. Repeating an import is harmless.
Without --hub it opens the store that the configuration names (a store in files must not be in use by a running hub).

${consoleHelp}

${settingHelp}`,
  async run(args, io) {
    const line = parseCommandLine(args, { ...settingOptions, ...consoleOptions }, 1);
    const [file] = line.positionals;
    if (file === undefined) throw new UsageError('Which file shall be read? For example: pollux-hub import buffer.jsonl');
    await checkFile(file);
    const { queues, messages, skipped } = await importInto(line, io, file);
    io.err(`Imported ${counted(messages, 'message')} of ${counted(queues, 'queue')}.`);
    for (const { address, application } of skipped) {
      const who = address.kind === 'everyone' ? 'everyone' : `${address.kind} ${JSON.stringify(address.name)}`;
      io.err(`Left as it is, because it was there already: ${application} of ${who}`);
    }
    return skipped.length === 0 ? exitCodes.success : exitCodes.failure;
  },
};
