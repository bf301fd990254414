import type { Logger } from 'pino';
import { ListenError } from '../http/graceful-server.ts';
import { createLogger } from '../observability/logger.ts';
import { type Hub, startHub } from '../run/hub.ts';
import { version } from '../version.ts';
import { type Command, CommandError, exitCodes, parseCommandLine } from './command.ts';
import { loadFrom, settingHelp, settingOptions } from './settings.ts';

/**
 * A terminal's Ctrl-C reaches a whole process group, whose leader may pass it on: what follows this closely (in
 * milliseconds) is the same request to end.
 */
const sameRequestMs = 500;

/** Resolves when the process is asked to end. Asked again, it exits at once. */
function askedToEnd(logger: Logger): Promise<void> {
  let firstMs: number | undefined;
  return new Promise((resolve) => {
    const onSignal = (signal: NodeJS.Signals): void => {
      if (firstMs === undefined) {
        firstMs = performance.now();
        logger.info({ signal }, 'asked to end');
        resolve();
      } else if (performance.now() - firstMs > sameRequestMs) {
        logger.warn({ signal }, 'asked to end again: exiting at once');
        process.exit(exitCodes.failure);
      }
    };
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  });
}

function watchForFaults(logger: Logger): void {
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'unexpected failure, please report it');
    process.exit(exitCodes.failure);
  });
}

/** `pollux-hub serve` */
export const serveCommand: Command = {
  name: 'serve',
  summary: 'starts the hub',
  help: `pollux-hub [serve] [options]

Starts the communication server and, where the configuration has "admin", the console with metrics and health.
Logs are JSON lines on standard output. SIGTERM or SIGINT ends it: held polls are answered, then it exits with 0;
a second signal exits at once.

${settingHelp}`,
  async run(args, io) {
    const { configuration, file, notes } = loadFrom(parseCommandLine(args, settingOptions), io);
    const logger = createLogger(configuration.log.level);
    const asked = askedToEnd(logger);
    watchForFaults(logger);
    for (const note of notes) logger.warn(note);
    let hub: Hub;
    try {
      hub = await startHub(configuration, logger);
    } catch (error) {
      if (error instanceof ListenError) throw new CommandError(error.message);
      throw error;
    }
    const { identity, applications, limits } = configuration;
    if (identity.developmentSignIn) logger.warn('the development sign-in is on: whoever reaches this hub can be anybody');
    const about = {
      url: hub.url,
      console: hub.adminUrl,
      version,
      file,
      applications: Object.keys(applications),
      bufferBytes: limits.bufferBytes,
    };
    logger.info(about, 'serving');
    await Promise.race([asked, hub.exported]);
    await hub.stop();
    // Whatever might still keep the process alive has nothing left to say.
    setTimeout(() => process.exit(), 1000).unref();
    return exitCodes.success;
  },
};
