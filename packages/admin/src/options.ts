import type { CommunicationServer, MessageBuffer } from '@pollux/core/server';
import type { Audit } from './auth/audit.ts';
import { parsePasswordHash } from './auth/password.ts';
import { type Role, roles } from './contract/roles.ts';
import type { Environment } from './contract/session.ts';

/** One person, or one machine, that may sign in. */
export interface AdminCredential {
  /** 1 to 64 characters. */
  readonly name: string;
  /** A hash as `hashPassword` makes it. */
  readonly password: string;
  readonly role: Role;
}

/** What moves a message buffer's content; for operators with the role `admin` only. */
export interface TransferOptions {
  readonly buffer: MessageBuffer;
  /** From now on accepts nothing more and answers whoever is held, so that a final export misses nothing. */
  seal(): Promise<void>;
  /** A final export was handed over whole: the host may end. */
  finished(): void;
}

export interface AdminOptions {
  readonly server: CommunicationServer;
  /** Who may sign in; at least one. There is no default: nobody is let in unasked. */
  readonly credentials: readonly AdminCredential[];
  /** Where the console and its procedures answer. @default '/' */
  readonly basePath?: string;
  /** Shown in the console's badge. @default 'development' */
  readonly environment?: Environment;
  /** Directory of the built console, with its `index.html`. @default none: only the procedures answer */
  readonly consoleDirectory?: string;
  /**
   * Origins under which browsers reach the console, e.g. `https://admin.example`. Needed for every name that is not a
   * loopback one: requests with another `Host` or `Origin` are refused. An `https` origin makes the cookie `Secure`.
   * @default loopback names only
   */
  readonly origins?: readonly string[];
  /** Offers `POST {basePath}transfer/export` and `/import`. @default neither is there */
  readonly transfer?: TransferOptions;
  /** Told of every login, export, import, payload inspection, injection, withdrawal and disconnection. @default nobody */
  readonly audit?: Audit;
  /** Messages whose lives are remembered, 100 to 1,000,000. @default 10000 */
  readonly journalMessages?: number;
  /** Life-cycle events kept for the feed and its resumption, 100 to 1,000,000. @default 5000 */
  readonly journalEvents?: number;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
}

export interface CheckedOptions extends Required<Omit<AdminOptions, 'consoleDirectory' | 'transfer' | 'audit'>> {
  readonly consoleDirectory: string | undefined;
  readonly transfer: TransferOptions | undefined;
  readonly audit: Audit;
}

function fail(option: string, what: string, mend: string): never {
  throw new TypeError(`createAdminHandler: ${option} ${what}. ${mend}`);
}

function checkCredential(credential: AdminCredential, index: number): void {
  const at = `credentials[${index}]`;
  if (typeof credential.name !== 'string' || credential.name.length < 1 || credential.name.length > 64)
    fail(`${at}.name`, 'is not a text of 1 to 64 characters', 'Give each credential a name.');
  if (typeof credential.password !== 'string' || !parsePasswordHash(credential.password))
    fail(`${at}.password`, 'is not a hash of the form scrypt:N:r:p:salt:hash', 'Make one with hashPassword(password).');
  if (!roles.includes(credential.role))
    fail(`${at}.role`, `is ${JSON.stringify(credential.role)}`, `Use one of ${roles.join(', ')}.`);
}

function checkCredentials(credentials: readonly AdminCredential[]): void {
  if (!Array.isArray(credentials) || credentials.length === 0)
    fail(
      'credentials',
      'names nobody',
      'Name at least one credential; without one the console would be closed to all or open to all.',
    );
  credentials.forEach(checkCredential);
  const names = credentials.map((credential) => credential.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) fail('credentials', `names ${JSON.stringify(twice)} twice`, 'Give each credential a name of its own.');
}

function checkBasePath(basePath: string): string {
  if (!/^\/([\w.~-]+\/?)*$/.test(basePath) || /(^|\/)\.\.?(\/|$)/.test(basePath))
    fail('basePath', `is ${JSON.stringify(basePath)}`, "Use a path such as '/' or '/admin'.");
  return basePath.endsWith('/') ? basePath : `${basePath}/`;
}

function checkOrigin(origin: string): string {
  const parsed = URL.canParse(origin) ? new URL(origin) : undefined;
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol) || parsed.origin !== origin.replace(/\/$/, '').toLowerCase())
    fail('origins', `has ${JSON.stringify(origin)}`, "Use scheme, host and port only, e.g. 'https://admin.example'.");
  return parsed.origin;
}

function checkCount(option: string, value: number): number {
  if (!Number.isInteger(value) || value < 100 || value > 1_000_000)
    fail(option, `is ${value}`, 'Use a whole number from 100 to 1000000.');
  return value;
}

/** Fills the defaults in; throws a `TypeError` that says what is wrong and how to mend it. */
export function checkOptions(options: AdminOptions): CheckedOptions {
  if (typeof options?.server?.observe !== 'function')
    fail('server', 'is not a communication server', 'Pass what createCommunicationServer returned.');
  checkCredentials(options.credentials);
  return {
    server: options.server,
    credentials: options.credentials,
    basePath: checkBasePath(options.basePath ?? '/'),
    environment: options.environment ?? 'development',
    consoleDirectory: options.consoleDirectory,
    transfer: options.transfer,
    origins: (options.origins ?? []).map(checkOrigin),
    audit: options.audit ?? (() => {}),
    journalMessages: checkCount('journalMessages', options.journalMessages ?? 10_000),
    journalEvents: checkCount('journalEvents', options.journalEvents ?? 5_000),
    now: options.now ?? Date.now,
  };
}
