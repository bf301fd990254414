import { createServer } from 'node:net';

/** Everything of the demonstration listens here: this machine only. */
export const host = '127.0.0.1';

/** Who listens where, and the environment variable that changes it. */
export const portSettings = {
  hub: { variable: 'HUB_PORT', usual: 4100, what: 'the communication server' },
  admin: { variable: 'ADMIN_PORT', usual: 4101, what: 'the console' },
  portal: { variable: 'PORTAL_PORT', usual: 4110, what: "the portal's page" },
  calls: { variable: 'CALLS_PORT', usual: 4111, what: 'the application server of calls' },
  orders: { variable: 'ORDERS_PORT', usual: 4112, what: 'the application server of orders' },
  news: { variable: 'NEWS_PORT', usual: 4113, what: 'the application server of news' },
};

/** @typedef {keyof typeof portSettings} Role */
/** @typedef {Record<Role, number>} Ports */

/**
 * The ports in force.
 *
 * @param {Readonly<Record<string, string | undefined>>} environment
 * @returns {Ports}
 * @throws an `Error` that names the variable, for a value that is no port and for two roles on one port
 */
export function portsFrom(environment) {
  const ports = /** @type {Ports} */ ({});
  const owners = new Map();
  for (const [role, { variable, usual }] of Object.entries(portSettings)) {
    const text = environment[variable]?.trim() || String(usual);
    const port = Number(text);
    if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
      throw new Error(
        `${variable} must be a port from 1 to 65535, and is "${text}". For example: ${variable}=${usual} npm start`,
      );
    }
    const owner = owners.get(port);
    if (owner !== undefined) throw new Error(`${variable} and ${owner} are both ${port}; each needs a port of its own.`);
    owners.set(port, variable);
    ports[role] = port;
  }
  return ports;
}

/** Why a port cannot be had, or undefined when it can. @param {number} port @returns {Promise<string | undefined>} */
function obstacle(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}

/**
 * Looks whether the ports are free before anything is started.
 *
 * @param {Ports} ports
 * @throws an `Error` that names each taken port, and the setting that changes it
 */
export async function requireFree(ports) {
  const found = await Promise.all(Object.values(ports).map(obstacle));
  const lines = Object.entries(portSettings).flatMap(([role, { variable, what }], index) => {
    const reason = found[index];
    if (reason === undefined) return [];
    const words = reason === 'EADDRINUSE' ? 'is taken by another process' : `cannot be listened on (${reason})`;
    const other = ports[role] > 65_000 ? ports[role] - 100 : ports[role] + 100;
    return [`Port ${ports[role]}, for ${what}, ${words}. Set ${variable} to another: ${variable}=${other} npm start`];
  });
  if (lines.length > 0) throw new Error(lines.join('\n'));
}
