/** Who is measured. */
import { startChild } from './child.mjs';
import { startProgram } from './program.mjs';

/** @typedef {import('../load/main.mjs').Protocol} Protocol */
/** @typedef {import('../servers/control.mjs').Order} Order */

/**
 * @typedef {object} Contender
 * @property {string} title as it stands in tables
 * @property {string} [module] of a process of Node.js
 * @property {readonly [import('./program.mjs').Runtime, 'hello' | 'product']} [program] or a program of another kind
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
  'hello-express': { title: 'Express 5, hello', module: 'servers/express.mjs', args: ['hello'], protocol: 'hello' },
  'pollux-express': { title: 'Pollux on Express 5', module: 'servers/express.mjs', protocol: 'pollux' },
  'hello-fetch': { title: 'fetch handler on Node.js, hello', program: ['node', 'hello'], protocol: 'hello' },
  'pollux-fetch': { title: 'Pollux as fetch handler on Node.js', program: ['node', 'product'], protocol: 'pollux' },
  'hello-deno': { title: 'Deno, hello', program: ['deno', 'hello'], protocol: 'hello' },
  'pollux-deno': { title: 'Pollux on Deno', program: ['deno', 'product'], protocol: 'pollux' },
  'hello-bun': { title: 'Bun, hello', program: ['bun', 'hello'], protocol: 'hello' },
  'pollux-bun': { title: 'Pollux on Bun', program: ['bun', 'product'], protocol: 'pollux' },
  'hello-workerd': { title: 'workerd, hello', program: ['workerd', 'hello'], protocol: 'hello' },
  'pollux-workerd': { title: 'Pollux on workerd', program: ['workerd', 'product'], protocol: 'pollux' },
  'streams-floor': { title: 'floor (bare res.write)', module: 'servers/streams-floor.mjs', protocol: 'stream' },
  'pollux-streams': { title: 'Pollux streams', module: 'servers/pollux.mjs', protocol: 'stream' },
};

/** @typedef {keyof typeof contenders} ContenderName */

/** Starts a contender. @returns {Promise<import('./child.mjs').Child<Order>>} */
export function startContender(/** @type {ContenderName} */ name, /** @type {readonly string[]} */ flags = []) {
  /** @type {Contender} */
  const { module, args, program } = contenders[name];
  if (program !== undefined) return startProgram(...program);
  if (module === undefined) throw new Error(`${name} has neither module nor program.`);
  return startChild(module, { ...(args ? { args } : {}), flags });
}
