import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { messageSchemas } from '../../scripts/demonstration/message-schemas.mjs';

/** The applications of the portal. */
export const applications = ['calls', 'orders', 'news'] as const;

export type ApplicationName = (typeof applications)[number];

/** The publisher key of each application. */
export type PublisherKeys = Readonly<Record<ApplicationName, string>>;

/** Who signs in to the console. */
export const administrator = { name: 'admin', password: 'an end-to-end password' } as const;

const titles: Readonly<Record<ApplicationName, string>> = { calls: 'Call desk', orders: 'Orders', news: 'Company news' };
let passwordHash: Promise<string> | undefined;

/** Makes a key for each application. */
export function makePublisherKeys(): PublisherKeys {
  return Object.fromEntries(applications.map((name) => [name, randomBytes(24).toString('base64url')])) as Record<
    ApplicationName,
    string
  >;
}

/** The hub's configuration for these ports and keys. */
export async function makeHubConfiguration(
  ports: Readonly<Record<ApplicationName | 'hub' | 'admin' | 'portal', number>>,
  keys: PublisherKeys,
): Promise<object> {
  passwordHash ??= hashPassword(administrator.password);
  const application = (name: ApplicationName) => ({
    title: titles[name],
    publisherKeys: [`sha256:${createHash('sha256').update(keys[name]).digest('hex')}`],
    fetchTargets: [`http://127.0.0.1:${ports[name]}`],
    schemas: messageSchemas[name],
  });
  return {
    listen: { host: '127.0.0.1', port: ports.hub },
    origins: [`http://127.0.0.1:${ports.portal}`],
    applications: Object.fromEntries(applications.map((name) => [name, application(name)])),
    buffer: { kind: 'memory' },
    identity: { tokens: { secret: randomBytes(32).toString('base64url') }, developmentSignIn: true },
    admin: {
      host: '127.0.0.1',
      port: ports.admin,
      environment: 'development',
      credentials: [{ name: administrator.name, password: await passwordHash, role: 'admin' }],
    },
  };
}

/** The hub's own command makes the hash: the tests need not know how. */
function hashPassword(password: string): Promise<string> {
  const command = fileURLToPath(new URL('../../apps/hub/dist/cli.js', import.meta.url));
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, [command, 'password'], (error, output) => {
      const hash = /scrypt:\S+/.exec(output)?.[0];
      if (error || hash === undefined) reject(error ?? new Error(`No hash in: ${output}`));
      else resolve(hash);
    });
    child.stdin?.end(`${password}\n`);
  });
}
