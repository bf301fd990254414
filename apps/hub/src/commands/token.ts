import { applicationPattern } from '@pollux/core';
import { suggestion } from '../configuration/suggest.ts';
import { isName } from '../configuration/text-rules.ts';
import { createSigner } from '../identity/tokens.ts';
import { type Command, type CommandLine, exitCodes, parseCommandLine, UsageError, wholeNumberOf } from './command.ts';
import { loadFrom, settingHelp, settingOptions } from './settings.ts';

const options = {
  ...settingOptions,
  recipient: { type: 'string' },
  applications: { type: 'string' },
  groups: { type: 'string' },
  ttl: { type: 'string' },
} as const;

const longest = 365 * 86_400;

/** The names of a comma-separated option. */
function namesOf(line: CommandLine, option: string): readonly string[] | undefined {
  const names = line
    .text(option)
    ?.split(',')
    .map((name) => name.trim());
  const wrong = names?.find((name) => !isName(name));
  if (wrong !== undefined) throw new UsageError(`--${option} must be names with commas between, for example --${option} one,two`);
  return names;
}

/** `pollux-hub token` */
export const tokenCommand: Command = {
  name: 'token',
  summary: 'makes a token with which a client may poll',
  help: `pollux-hub token --recipient alice --applications orders,news [--groups a,b] [--ttl 3600] [options]

Prints a token signed with the configuration's secret (identity.tokens). Only the token goes to standard output.

  --recipient NAME      who polls
  --applications A,B    what may be polled (default: every application)
  --groups A,B          the groups that the recipient belongs to
  --ttl SECONDS         how long it is good for (default 3600)

${settingHelp}`,
  async run(args, io) {
    const line = parseCommandLine(args, options);
    const recipient = line.text('recipient');
    if (recipient === undefined) throw new UsageError('--recipient is missing: who shall poll? For example --recipient alice');
    if (!isName(recipient)) throw new UsageError('--recipient must be a text of 1 to 256 bytes without control characters');
    const applications = namesOf(line, 'applications');
    const groups = namesOf(line, 'groups');
    const ttl = wholeNumberOf(line, 'ttl', 1, longest) ?? 3600;
    const { configuration } = loadFrom(line, io);
    const known = Object.keys(configuration.applications);
    const stranger = applications?.find((name) => !known.includes(name) || !applicationPattern.test(name));
    if (stranger !== undefined) {
      throw new UsageError(`--applications: the configuration has no application "${stranger}"; ${suggestion(stranger, known)}`);
    }
    const sign = createSigner(configuration.identity.tokens);
    if (sign === undefined)
      throw new UsageError(
        'the configuration has a key set (identity.tokens.jwks) and no secret: whoever holds the private keys makes the tokens',
      );
    const { token } = await sign({ recipient, ttl, ...(groups && { groups }), ...(applications && { applications }) });
    io.out(token);
    return exitCodes.success;
  },
};
