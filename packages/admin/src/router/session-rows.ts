import type { CommunicationServer, SessionSummary } from '@pollux/core/server';
import type { ClientRow } from '../contract/clients.ts';

/** Sessions looked at in one call; a server with more shows the first of them. */
const sessionsRead = 20_000;

export function readSessions(server: CommunicationServer, filter?: string): readonly SessionSummary[] {
  return server.inspect.sessions({ limit: sessionsRead, ...(filter ? { filter } : {}) }).rows;
}

export function pendingOf(applications: SessionSummary['applications']): number {
  return applications.reduce((total, { pending }) => total + (pending ?? 0), 0);
}

export function clientRow(summary: SessionSummary): ClientRow {
  return { ...summary, pending: pendingOf(summary.applications) };
}
