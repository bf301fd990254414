import { mintKey } from '@pollux/auth';
import { type Command, exitCodes, parseCommandLine } from './command.ts';

/** `pollux-hub key` */
export const keyCommand: Command = {
  name: 'key',
  summary: 'makes a key for a publisher, with its fingerprint',
  help: `pollux-hub key

Prints two lines: a fresh key, for the application's server (POLLUX_KEY), and its fingerprint, for the hub's
configuration (applications.NAME.publisherKeys). The key is kept nowhere; it also makes a good token secret.`,
  async run(args, io) {
    parseCommandLine(args, {});
    const { key, fingerprint } = await mintKey();
    io.out(key);
    io.out(fingerprint);
    return exitCodes.success;
  },
};
