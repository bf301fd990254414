/** Who is measured. */
import { startChild } from './child.mjs';

/** @typedef {import('../load/main.mjs').Protocol} Protocol */
/** @typedef {import('../servers/control.mjs').Order} Order */

/**
 * @typedef {object} Contender
 * @property {string} title as it stands in tables
 * @property {string} module
 * @property {readonly string[]} [args]
 * @property {Protocol} protocol
 */

/** @satisfies {Record<string, Contender>} */
export const contenders = {
  floor: { title: 'floor (node:http)', module: 'servers/floor.mjs', protocol: 'pollux' },
  pollux: { title: 'Pollux', module: 'servers/pollux.mjs', protocol: 'pollux' },
  hello: { title: 'hello, world', module: 'servers/hello.mjs', protocol: 'hello' },
  'socket.io': { title: 'Socket.IO polling', module: 'servers/socket-io.mjs', protocol: 'engine-io' },
  'socket.io-ack': {
    title: 'Socket.IO polling, acknowledged',
    module: 'servers/socket-io.mjs',
    args: ['acknowledge'],
    protocol: 'engine-io',
  },
  sockjs: { title: 'SockJS xhr polling', module: 'servers/sockjs.mjs', protocol: 'sockjs' },
  cometd: { title: 'CometD, acknowledged', module: 'servers/cometd.mjs', protocol: 'cometd' },
  faye: { title: 'Faye long-polling', module: 'servers/faye.mjs', protocol: 'faye' },
};

/** @typedef {keyof typeof contenders} ContenderName */

/** Starts a contender. @returns {Promise<import('./child.mjs').Child<Order>>} */
export function startContender(/** @type {ContenderName} */ name, /** @type {readonly string[]} */ flags = []) {
  /** @type {Contender} */
  const { module, args } = contenders[name];
  return startChild(module, { ...(args ? { args } : {}), flags });
}
