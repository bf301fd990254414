import { hashPassword } from '@pollux/admin';
import { type Command, CommandError, exitCodes, parseCommandLine } from './command.ts';

/** `pollux-hub password` */
export const passwordCommand: Command = {
  name: 'password',
  summary: 'makes the hash of a console password, read from standard input',
  help: `pollux-hub password

Reads a password of at least 8 characters from standard input and prints its hash, for admin.credentials:

  read -rs PASSWORD && printf %s "$PASSWORD" | pollux-hub password`,
  async run(args, io) {
    parseCommandLine(args, {});
    const password = (await io.readInput()).replace(/\r?\n$/, '');
    if (password.length < 8) throw new CommandError('The password needs at least 8 characters. Give it on standard input.');
    if (/\p{Cc}/u.test(password)) throw new CommandError('The password must be one line without control characters.');
    io.out(await hashPassword(password));
    return exitCodes.success;
  },
};
