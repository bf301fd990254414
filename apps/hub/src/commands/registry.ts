/** All commands, and the overview of them. */
import { checkCommand } from './check.ts';
import type { Command } from './command.ts';
import { exportCommand } from './export.ts';
import { importCommand } from './import.ts';
import { keyCommand } from './key.ts';
import { passwordCommand } from './password.ts';
import { publishCommand } from './publish.ts';
import { schemaCommand } from './schema.ts';
import { serveCommand } from './serve.ts';
import { tokenCommand } from './token.ts';

/** Every command, in the order of the overview. */
export const commands: readonly Command[] = [
  serveCommand,
  checkCommand,
  tokenCommand,
  publishCommand,
  keyCommand,
  passwordCommand,
  schemaCommand,
  exportCommand,
  importCommand,
];

/** What `pollux-hub --help` prints. */
export function overview(): string {
  const list = commands.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`).join('\n');
  return `pollux-hub: the standalone communication server of Pollux

Usage: pollux-hub [command] [options]

${list}

"serve" is meant where no command is named. pollux-hub help COMMAND tells the rest.

Exit codes: 0 done, 1 failed, 64 wrong command line, 78 wrong configuration.`;
}
