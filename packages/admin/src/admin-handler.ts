import type { IncomingMessage, ServerResponse } from 'node:http';
import { createLogin } from './auth/login.ts';
import { createSessionStore } from './auth/sessions.ts';
import { readConsoleFiles } from './http/console-files.ts';
import { createGuard } from './http/guard.ts';
import { answerText } from './http/headers.ts';
import { serveConsole } from './http/serve-console.ts';
import { serveProcedures } from './http/serve-procedures.ts';
import { serveTransfer } from './http/serve-transfer.ts';
import { createJournal } from './journal/journal.ts';
import { type AdminOptions, checkOptions } from './options.ts';
import type { AdminServices } from './router/context.ts';

/**
 * Answers requests under the base path and says whether it did: `false` means that nothing was done and the host's own
 * routes may answer.
 */
export interface AdminHandler {
  (request: IncomingMessage, response: ServerResponse): boolean;
  /** Stops observing the server and ends every live stream. Idempotent. */
  close(): void;
}

/**
 * The admin interface of a communication server as a handler for `node:http`: procedures under `{basePath}trpc/`, the
 * built console elsewhere below the base path. From now until `close()` it keeps a bounded journal of the server's
 * events. Throws a `TypeError` for wrong options, among them no credentials.
 */
export function createAdminHandler(options: AdminOptions): AdminHandler {
  const checked = checkOptions(options);
  const files = checked.consoleDirectory === undefined ? undefined : readConsoleFiles(checked.consoleDirectory);
  const journal = createJournal({ messages: checked.journalMessages, events: checked.journalEvents });
  const closing = new AbortController();
  const unobserve = checked.server.observe(journal.record);
  const services: AdminServices = {
    options: checked,
    journal,
    sessions: createSessionStore(checked.now),
    login: createLogin(checked.credentials, checked.now),
    closing: closing.signal,
  };
  const guard = createGuard(checked.origins);
  const base = checked.basePath;

  function answer(request: IncomingMessage, response: ServerResponse, path: string): void {
    const refusal = guard(request);
    if (refusal !== undefined) return answerText(response, 403, refusal);
    if (path.startsWith(`${base}trpc/`)) return serveProcedures(services, request, response);
    if (checked.transfer && path.startsWith(`${base}transfer/`))
      return serveTransfer(services, checked.transfer, request, response);
    if (files) return serveConsole(files, base, request, response);
    return answerText(response, 404, 'There is nothing at this address: no console is served here.');
  }

  function handle(request: IncomingMessage, response: ServerResponse): boolean {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    if (path === base.slice(0, -1) && path !== '') {
      answerText(response, 308, 'Moved.', { location: base });
      return true;
    }
    if (!path.startsWith(base)) return false;
    answer(request, response, path);
    return true;
  }

  return Object.assign(handle, {
    close: () => {
      unobserve();
      closing.abort();
    },
  });
}
