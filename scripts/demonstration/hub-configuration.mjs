import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { host } from '../lib/ports.mjs';
import { inRoot } from '../lib/root.mjs';
import { hashPassword } from './hub-command.mjs';
import { messageSchemas } from './message-schemas.mjs';
import { writePrivately } from './secrets.mjs';

/** The portal's applications, as the hub knows them. */
export const applications = { calls: 'Call desk', orders: 'Orders', news: 'Company news' };

/** The hub's configuration file, from the project's folder. */
export const hubFile = '.pollux/hub.json';

/** Who signs in to the console. */
export const consoleName = 'admin';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const note = inRoot('.pollux', 'hub.made.json');

/**
 * The configuration that belongs to these secrets and ports.
 *
 * @param {import('./secrets.mjs').Secrets} secrets
 * @param {import('../lib/ports.mjs').Ports} ports
 * @param {string} passwordHash
 */
function configuration(secrets, ports, passwordHash) {
  const application = ([name, title]) => [
    name,
    {
      title,
      publisherKeys: [`sha256:${sha256(secrets.publisherKeys[name] ?? '')}`],
      fetchTargets: [`http://${host}:${ports[name]}`],
      schemas: messageSchemas[name],
    },
  ];
  return {
    $schema: '../apps/hub/hub.schema.json',
    listen: { host, port: ports.hub },
    basePath: '/pollux',
    origins: [`http://${host}:${ports.portal}`],
    applications: Object.fromEntries(Object.entries(applications).map(application)),
    identity: { tokens: { secret: secrets.tokenSecret }, developmentSignIn: true },
    buffer: { kind: 'lmdb', path: inRoot('.pollux', 'buffer.mdb') },
    admin: {
      host,
      port: ports.admin,
      environment: 'development',
      credentials: [{ name: consoleName, password: passwordHash, role: 'admin' }],
    },
    log: { level: 'info' },
  };
}

/** What was noted about the file when it was made. @returns {{ hash: string, ports: object } | undefined} */
const noted = () => (existsSync(note) ? JSON.parse(readFileSync(note, 'utf8')) : undefined);

/**
 * The configuration file's content where somebody wrote or changed it by hand; it is then used as it is.
 *
 * @returns {Record<string, any> | undefined}
 */
export function handmade() {
  if (!existsSync(inRoot(hubFile))) return undefined;
  const text = readFileSync(inRoot(hubFile), 'utf8');
  return sha256(text) === noted()?.hash ? undefined : JSON.parse(text);
}

/**
 * Makes `.pollux/hub.json` where there is none, and again where the ports are others.
 *
 * @param {import('./secrets.mjs').Secrets} secrets
 * @param {import('../lib/ports.mjs').Ports} ports
 * @returns {Promise<boolean>} whether it was made
 */
export async function ensureHubFile(secrets, ports) {
  const present = existsSync(inRoot(hubFile));
  if (present && (handmade() !== undefined || JSON.stringify(noted()?.ports) === JSON.stringify(ports))) return false;
  const text = `${JSON.stringify(configuration(secrets, ports, await hashPassword(secrets.consolePassword)), null, 2)}\n`;
  writePrivately(inRoot(hubFile), text);
  writePrivately(note, `${JSON.stringify({ hash: sha256(text), ports })}\n`);
  return true;
}
