import type { Audit, AuditLine } from '../auth/audit.ts';
import type { LoginOutcome } from '../auth/login.ts';
import type { SessionStore, SignedIn } from '../auth/sessions.ts';
import type { Journal } from '../journal/journal.ts';
import type { CheckedOptions } from '../options.ts';

/** What lives as long as the admin handler. */
export interface AdminServices {
  readonly options: CheckedOptions;
  readonly journal: Journal;
  readonly sessions: SessionStore;
  readonly login: (name: string, password: string, remote: string) => Promise<LoginOutcome>;
  /** Aborts when the handler closes: streams end. */
  readonly closing: AbortSignal;
}

/** What one HTTP request brings along. */
export interface AdminContext extends AdminServices {
  readonly token: string | undefined;
  readonly user: SignedIn | undefined;
  /** The remote address as the socket tells it. */
  readonly remote: string;
  /** Puts a session token into the answer's cookie, or takes it away. */
  readonly setToken: (token: string | undefined) => void;
}

/** Writes one line of audit; a host's writer that throws must not change what the console does. */
export function audit(
  context: AdminContext,
  line: Pick<AuditLine, 'action' | 'target' | 'result'> & { readonly name?: string },
): void {
  const write: Audit = context.options.audit;
  try {
    write({
      atMs: context.options.now(),
      name: context.user?.name ?? '',
      role: context.user?.role,
      remote: context.remote,
      ...line,
    });
  } catch {
    // The action has happened; failing it now would tell the operator otherwise.
  }
}
