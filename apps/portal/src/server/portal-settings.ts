/** What the page needs to know of the world: served as `/config.json`. */
export interface PageConfiguration {
  /** The communication server's base. */
  readonly pollux: string;
  /** The application servers. */
  readonly calls: string;
  readonly orders: string;
  readonly news: string;
}

export interface PortalSettings {
  readonly host: string;
  readonly port: number;
  readonly configuration: PageConfiguration;
}

/** Reads the settings. Throws with the variable's name, what is wrong with it and an example. */
export function readPortalSettings(env: Readonly<Record<string, string | undefined>>): PortalSettings {
  const port = Number(env['PORT'] ?? 4110);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`PORT is ${JSON.stringify(env['PORT'])}. Set it to a whole number from 0 to 65535.`);
  }
  const address = (name: string, fallback: string): string => {
    const value = env[name] ?? fallback;
    if (!/^https?:\/\//.test(value) || !URL.canParse(value)) {
      throw new Error(`${name} is ${JSON.stringify(value)}, which is no http or https address. An example: ${fallback}`);
    }
    return value.replace(/\/+$/, '');
  };
  return {
    host: env['HOST'] ?? '127.0.0.1',
    port,
    configuration: {
      pollux: address('POLLUX_URL', 'http://127.0.0.1:4100/pollux'),
      calls: address('CALLS_URL', 'http://127.0.0.1:4111'),
      orders: address('ORDERS_URL', 'http://127.0.0.1:4112'),
      news: address('NEWS_URL', 'http://127.0.0.1:4113'),
    },
  };
}
