import { listenJson, type Route } from './json-server.ts';
import { createPublisher, type Publisher } from './publisher.ts';
import { type Chance, createChance } from './random.ts';
import { readSettings, type Settings } from './settings.ts';

/** What an application is built from. */
export interface Surroundings {
  readonly settings: Settings;
  readonly publisher: Publisher;
  readonly chance: Chance;
}

/** A running application: its routes, and how its own life ends. */
export interface Application {
  readonly routes: readonly Route[];
  stop(): void;
}

export interface RunOptions {
  /** The application's name on Pollux. */
  readonly name: string;
  readonly port: number;
  /** Events a minute, unless `TRAFFIC` says otherwise. */
  readonly traffic: number;
  readonly build: (surroundings: Surroundings) => Application;
}

/** Runs an application server until SIGINT or SIGTERM. A wrong setting ends the process with 1 and says which. */
export async function run(options: RunOptions): Promise<void> {
  const log = (line: string): void => void process.stdout.write(`${options.name}: ${line}\n`);
  try {
    const settings = readSettings(process.env, options);
    const publisher = createPublisher({ url: settings.polluxUrl, application: options.name, key: settings.polluxKey, log });
    const application = options.build({ settings, publisher, chance: createChance(settings.seed) });
    const { host, port, portalOrigin: origin } = settings;
    const health: Route = {
      method: 'GET',
      path: '/health',
      handle: () => ({ json: { status: 'ok', application: options.name } }),
    };
    const server = await listenJson({ host, port, origin, routes: [health, ...application.routes] });
    log(`listening on ${server.url}, publishing to ${settings.polluxUrl}`);
    const end = (): void => {
      application.stop();
      publisher.close();
      void server.close().then(() => process.exit(0));
    };
    process.once('SIGINT', end);
    process.once('SIGTERM', end);
  } catch (error) {
    process.stderr.write(`${options.name}: ${describe(error)}\n`);
    process.exitCode = 1;
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  return taken ? `${error.message}. Another program has this port; set PORT to a free one.` : error.message;
}
