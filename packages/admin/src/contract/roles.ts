/** Who may do what: the one table, enforced by the server and tested against the router itself. */
import type { AdminProcedures } from './router.ts';

/** What a person may do; each role includes those before it. */
export type Role = 'viewer' | 'operator' | 'admin';

/** The roles from least to most. */
export const roles: readonly Role[] = ['viewer', 'operator', 'admin'];

type PathsOf<Group extends keyof AdminProcedures> = `${Group}.${keyof AdminProcedures[Group] & string}`;

/** A procedure by its path. */
export type ProcedurePath = { [Group in keyof AdminProcedures]: PathsOf<Group> }[keyof AdminProcedures];

/** The least role of every procedure; `anyone` needs no sign-in. */
export const procedureRoles: Readonly<Record<ProcedurePath, Role | 'anyone'>> = {
  'session.me': 'anyone',
  'session.login': 'anyone',
  'session.logout': 'anyone',
  'stats.snapshot': 'viewer',
  'apps.list': 'viewer',
  'clients.list': 'viewer',
  'clients.get': 'viewer',
  'clients.disconnect': 'operator',
  'buffer.addresses': 'viewer',
  'buffer.queues': 'viewer',
  'buffer.peek': 'viewer',
  'message.get': 'viewer',
  'message.journey': 'viewer',
  'message.withdraw': 'operator',
  'routing.graph': 'viewer',
  'inject.schemas': 'operator',
  'inject.send': 'operator',
  'live.stream': 'viewer',
};

/** Whether a role includes another. */
export function covers(role: Role, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least);
}
