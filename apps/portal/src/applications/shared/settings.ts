/** What an application server is told by its environment. */
export interface Settings {
  /** Where it listens. @default 127.0.0.1 */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The communication server's base, for example `http://127.0.0.1:4100/pollux`. */
  readonly polluxUrl: string;
  /** The application's publisher key. */
  readonly polluxKey: string;
  /** The one web origin that may call this server. */
  readonly portalOrigin: string;
  /** Events a minute that it produces by itself; 0 is silence. */
  readonly traffic: number;
  /** Seed of what is produced; the same seed tells the same stories. */
  readonly seed: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the settings. Throws with the variable's name, what is wrong with it and an example. */
export function readSettings(env: Environment, defaults: { readonly port: number; readonly traffic: number }): Settings {
  return {
    host: env['HOST'] ?? '127.0.0.1',
    port: readNumber(env, 'PORT', defaults.port, 65_535),
    polluxUrl: readUrl(env, 'POLLUX_URL', 'http://127.0.0.1:4100/pollux').replace(/\/+$/, ''),
    polluxKey: readText(env, 'POLLUX_KEY', "the application's publisher key, which the hub's configuration holds as a hash"),
    portalOrigin: new URL(readUrl(env, 'PORTAL_ORIGIN', 'http://127.0.0.1:4110')).origin,
    traffic: readNumber(env, 'TRAFFIC', defaults.traffic, 6000),
    seed: readNumber(env, 'TRAFFIC_SEED', Date.now() % 1_000_000, 4_294_967_295),
  };
}

function readText(env: Environment, name: string, meaning: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set. Set it to ${meaning}.`);
  return value;
}

function readUrl(env: Environment, name: string, example: string): string {
  const value = readText(env, name, `an http or https address, for example ${example}`);
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) {
    throw new Error(`${name} is ${JSON.stringify(value)}, which is no http or https address. An example: ${example}`);
  }
  return value;
}

function readNumber(env: Environment, name: string, fallback: number, most: number): number {
  const value = env[name];
  if (value === undefined || value === '') return fallback;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0 || number > most) {
    throw new Error(`${name} is ${JSON.stringify(value)}. Set it to a whole number from 0 to ${most}.`);
  }
  return number;
}
