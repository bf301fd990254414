import { describe, expect, it } from 'vitest';
import { covers, type ProcedurePath, procedureRoles, type Role } from '../src/contract/roles.ts';
import { adminRouter } from '../src/router/router.ts';
import { type OpenAdmin, openAdmin } from './support/open-admin.ts';

const procedures = Object.entries(
  adminRouter._def.procedures as unknown as Record<
    string,
    { _def: { type: string } } | Record<string, { _def: { type: string } }>
  >,
);

/** Every procedure that the router has, with its type, read from the router itself. */
function enumerate(): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of procedures) {
    if (typeof value === 'function' || '_def' in value) found.set(name, (value as { _def: { type: string } })._def.type);
    else for (const [inner, procedure] of Object.entries(value)) found.set(`${name}.${inner}`, procedure._def.type);
  }
  return found;
}

describe('roles', () => {
  it('name every procedure of the router, and nothing else', () => {
    expect([...enumerate().keys()].sort()).toEqual(Object.keys(procedureRoles).sort());
  });

  it('let nobody below operator change anything but the own session', () => {
    const mutations = [...enumerate()].filter(([path, type]) => type === 'mutation' && !path.startsWith('session.'));
    for (const [path] of mutations) expect(covers(procedureRoles[path as ProcedurePath] as Role, 'operator'), path).toBe(true);
  });

  it('are enforced by the server for every procedure and every role', async () => {
    await using admin = await openAdmin();
    const cookies: Readonly<Record<string, string>> = {
      nobody: '',
      viewer: await admin.signIn('viewer'),
      operator: await admin.signIn('operator'),
      admin: await admin.signIn('admin'),
    };
    for (const [path, type] of enumerate()) {
      if (path.startsWith('session.')) continue;
      for (const [who, cookie] of Object.entries(cookies)) {
        expect(await verdict(admin, path, type, cookie), `${path} as ${who}`).toBe(expected(path, who));
      }
    }
  });
});

/** Calls without the input it needs: what is allowed then fails at the input, what is not never gets there. */
async function verdict(admin: OpenAdmin, path: string, type: string, cookie: string): Promise<string> {
  const headers = { cookie, 'content-type': 'application/json' };
  const wrong = '{"wrong":true,"limit":"x","filter":1,"id":1}';
  const answer =
    type === 'mutation'
      ? await admin.send(`/trpc/${path}`, { method: 'POST', headers, body: wrong })
      : await admin.send(`/trpc/${path}?input=${encodeURIComponent(wrong)}`, { headers });
  const code = /"code":"([A-Z_]+)"/.exec(answer.body)?.[1] ?? '';
  return ['UNAUTHORIZED', 'FORBIDDEN'].includes(code) ? code : 'allowed';
}

function expected(path: string, who: string): string {
  if (who === 'nobody') return 'UNAUTHORIZED';
  return covers(who as Role, procedureRoles[path as ProcedurePath] as Role) ? 'allowed' : 'FORBIDDEN';
}
