import { createCommunicationServer } from '@pollux/core/server';
import { afterAll, describe, expect, it } from 'vitest';
import { type AdminOptions, createAdminHandler } from '../src/index.ts';
import { credentials } from './support/open-admin.ts';

const server = createCommunicationServer({ applications: { orders: {} } });
afterAll(() => server.close());

const [first] = credentials;
const wrong: readonly [string, Partial<Record<keyof AdminOptions, unknown>>, RegExp][] = [
  ['no server', { server: undefined }, /server is not a communication server/],
  ['no credentials', { credentials: undefined }, /credentials names nobody.*at least one/],
  ['an empty list of credentials', { credentials: [] }, /credentials names nobody/],
  ['a plain password', { credentials: [{ ...first, password: 'secret123' }] }, /password is not a hash.*hashPassword/],
  ['an unknown role', { credentials: [{ ...first, role: 'root' }] }, /role is "root".*viewer, operator, admin/],
  ['a name twice', { credentials: [first, first] }, /names "viewer" twice/],
  ['a name that is empty', { credentials: [{ ...first, name: '' }] }, /name is not a text/],
  ['a base path without a slash', { basePath: 'console' }, /basePath is "console"/],
  ['a base path that climbs', { basePath: '/a/../b' }, /basePath/],
  ['an origin with a path', { origins: ['https://admin.example/x'] }, /origins has/],
  ['an origin that is none', { origins: ['admin.example'] }, /origins has/],
  ['a directory without a console', { consoleDirectory: '/nonexistent' }, /has no index.html.*Build the console/],
  ['a journal of nothing', { journalMessages: 0 }, /journalMessages is 0/],
];

describe('wrong options throw at start', () => {
  it.each(wrong)('%s', (_, options, message) => {
    expect(() => createAdminHandler({ server, credentials, ...options } as AdminOptions)).toThrow(message);
  });
});
