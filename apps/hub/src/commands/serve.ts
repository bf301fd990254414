import type { Logger } from 'pino';
import type { HubConfiguration } from '../configuration/configuration.ts';
import { ListenError } from '../http/graceful-server.ts';
import { createLogger } from '../observability/logger.ts';
import { startHub } from '../run/hub.ts';
import { findMembership, type Membership } from '../run/membership.ts';
import { startWorkers, WorkerError } from '../run/workers.ts';
import { version } from '../version.ts';
import { type Command, CommandError, exitCodes, parseCommandLine } from './command.ts';
import { loadFrom, settingHelp, settingOptions } from './settings.ts';

/**
 * A terminal's Ctrl-C reaches a whole process group, whose leader may pass it on: what follows this closely (in
 * milliseconds) is the same request to end.
 */
const sameRequestMs = 500;

/** Whether the process was asked to end, and what resolves when it is. */
interface Asked {
  readonly wasAsked: () => boolean;
  readonly toEnd: Promise<void>;
}

/** Listens for what asks the process to end. Asked again, it exits at once. */
function listenForEnd(logger: Logger): Asked {
  let firstMs: number | undefined;
  const toEnd = new Promise<void>((resolve) => {
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
  return { wasAsked: () => firstMs !== undefined, toEnd };
}

function watchForFaults(logger: Logger): void {
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'unexpected failure, please report it');
    process.exit(exitCodes.failure);
  });
}

/** What was started: one hub, or several processes of them. */
interface Running {
  readonly url: string;
  /** One address, or those of each worker. */
  readonly console: string | readonly string[] | undefined;
  /** Resolves when there is nothing left to do but `stop`. */
  readonly over: Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts it; `undefined` where it was asked to end before it could serve. */
async function start(
  configuration: HubConfiguration,
  logger: Logger,
  membership: Membership | undefined,
  wasAsked: () => boolean,
): Promise<Running | undefined> {
  try {
    if (configuration.workers > 1 && membership === undefined) {
      const { url, consoles, exported, stop } = await startWorkers(configuration, logger);
      return { url, console: consoles.length > 0 ? consoles : undefined, over: exported, stop };
    }
    const hub = await startHub(configuration, logger, membership);
    return { url: hub.url, console: hub.adminUrl, over: membership?.serve(hub) ?? hub.exported, stop: hub.stop };
  } catch (error) {
    // What asks a whole process group to end, as Ctrl-C does, ends a worker that does not listen for it yet.
    if (error instanceof WorkerError && wasAsked()) return undefined;
    if (error instanceof ListenError || error instanceof WorkerError) throw new CommandError(error.message);
    throw error;
  }
}

/** `pollux-hub serve` */
export const serveCommand: Command = {
  name: 'serve',
  summary: 'starts the hub',
  help: `pollux-hub [serve] [options]

Starts the communication server and, where the configuration has "admin", the console with metrics and health.
Logs are JSON lines on standard output. SIGTERM or SIGINT ends it: held polls are answered, then it exits with 0;
a second signal exits at once. With --workers several processes serve one port; one that ends is started anew.

${settingHelp}`,
  async run(args, io) {
    const { configuration, file, notes } = loadFrom(parseCommandLine(args, settingOptions), io);
    const membership = await findMembership();
    const isWorker = membership !== undefined;
    const logger = createLogger(configuration.log.level, undefined, isWorker ? membership.slot + 1 : undefined);
    const { wasAsked, toEnd } = listenForEnd(logger);
    watchForFaults(logger);
    if (!isWorker) for (const note of notes) logger.warn(note);
    const running = await start(configuration, logger, membership, wasAsked);
    if (running === undefined) return exitCodes.success;
    if (!isWorker) sayServing(configuration, running, file, logger);
    await Promise.race([toEnd, running.over]);
    await running.stop();
    // Whatever might still keep the process alive has nothing left to say.
    setTimeout(() => process.exit(), 1000).unref();
    return exitCodes.success;
  },
};

function sayServing(configuration: HubConfiguration, { url, console }: Running, file: string | undefined, logger: Logger): void {
  const { identity, applications, limits, workers } = configuration;
  if (identity.developmentSignIn) logger.warn('the development sign-in is on: whoever reaches this hub can be anybody');
  const about = {
    url,
    console,
    version,
    file,
    ...(workers > 1 && { workers }),
    applications: Object.keys(applications),
    bufferBytes: limits.bufferBytes,
  };
  logger.info(about, 'serving');
}
