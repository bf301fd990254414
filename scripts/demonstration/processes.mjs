import { host } from '../lib/ports.mjs';
import { hubCommand } from './hub-command.mjs';
import { applications, hubFile } from './hub-configuration.mjs';

/**
 * A process of the demonstration.
 *
 * @typedef {object} Plan
 * @property {string} name
 * @property {readonly string[]} args what Node is started with
 * @property {Record<string, string>} env
 * @property {string} health answers 200 when it is ready
 */

/** The addresses that people and processes use. @param {import('../lib/ports.mjs').Ports} ports @param {string} basePath */
export function addresses(ports, basePath) {
  const at = (port) => `http://${host}:${port}`;
  return {
    pollux: `${at(ports.hub)}${basePath}`,
    console: at(ports.admin),
    portal: at(ports.portal),
    calls: at(ports.calls),
    orders: at(ports.orders),
    news: at(ports.news),
  };
}

/**
 * The processes, in the order in which they are started.
 *
 * @param {ReturnType<typeof addresses>} at
 * @param {import('../lib/ports.mjs').Ports} ports
 * @param {import('./secrets.mjs').Secrets} secrets
 * @returns {readonly Plan[]}
 */
export function processes(at, ports, secrets) {
  const application = (name) => ({
    name,
    args: [`apps/portal/dist/applications/${name}.js`],
    env: {
      PORT: String(ports[name]),
      POLLUX_URL: at.pollux,
      POLLUX_KEY: secrets.publisherKeys[name] ?? '',
      PORTAL_ORIGIN: at.portal,
    },
    health: `${at[name]}/health`,
  });
  return [
    // A larger young generation: short-lived requests then die young (docs/decisions/0003-start-and-test.md).
    {
      name: 'hub',
      args: ['--max-semi-space-size=32', hubCommand, 'serve', '--config', hubFile],
      env: {},
      health: `${at.pollux}/health`,
    },
    ...Object.keys(applications).map(application),
    {
      name: 'portal',
      args: ['apps/portal/dist/server.js'],
      env: { PORT: String(ports.portal), POLLUX_URL: at.pollux, CALLS_URL: at.calls, ORDERS_URL: at.orders, NEWS_URL: at.news },
      health: `${at.portal}/health`,
    },
  ];
}
