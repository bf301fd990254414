import { hostInUrl } from '../configuration/text-rules.ts';
import { type Command, exitCodes, parseCommandLine } from './command.ts';
import { loadFrom, settingHelp, settingOptions } from './settings.ts';

/** `pollux-hub check` */
export const checkCommand: Command = {
  name: 'check',
  summary: 'checks the configuration and starts nothing',
  help: `pollux-hub check [options]

Reads the configuration as "serve" would, and says everything that is wrong with it.

${settingHelp}`,
  run(args, io) {
    const { configuration, file, notes } = loadFrom(parseCommandLine(args, settingOptions), io);
    const { listen, basePath, admin, applications } = configuration;
    for (const note of notes) io.err(`Note: ${note}`);
    io.out(`The configuration${file === undefined ? '' : ` of ${file}`} is good.`);
    io.out(`  clients and publishers   http://${hostInUrl(listen.host)}:${listen.port}${basePath}`);
    io.out(`  console and metrics      ${admin === undefined ? 'off' : `http://${hostInUrl(admin.host)}:${admin.port}`}`);
    io.out(`  applications             ${Object.keys(applications).join(', ')}`);
    return Promise.resolve(exitCodes.success);
  },
};
