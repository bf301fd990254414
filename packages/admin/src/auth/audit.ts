import type { Role } from '../contract/roles.ts';

/** What somebody did in the console, for the host's log. It never holds a payload, a password or a token. */
export interface AuditLine {
  readonly atMs: number;
  /** The signed-in name; for a login, the name that was tried. */
  readonly name: string;
  readonly role: Role | undefined;
  /** The remote address as the socket tells it. */
  readonly remote: string;
  readonly action: 'login' | 'logout' | 'inspect-payload' | 'inject' | 'withdraw' | 'disconnect' | 'export' | 'import';
  /** What it was done to: an application and message, a recipient. */
  readonly target?: string;
  /** `ok`, or why not. */
  readonly result: string;
}

export type Audit = (line: AuditLine) => void;
