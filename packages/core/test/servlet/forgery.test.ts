import { createCommunicationServer, createServlet } from '@pollux/core/server';
import { createLoopback } from '@pollux/core/testing';
import { describe, expect, it } from 'vitest';

const server = createCommunicationServer({ applications: { crm: {} } });
/** A host that knows its callers by cookie. */
const authenticate = ({ header }: { header(name: string): string | undefined }): { recipient: string } | undefined =>
  header('cookie') === undefined ? undefined : { recipient: 'alice' };
const loopback = createLoopback(createServlet({ server, authenticate, origins: ['https://portal.example'] }));

async function statusOf(method: string, target: string, headers: Record<string, string>): Promise<number> {
  const body = method === 'POST' ? '{"session":"s","applications":{}}' : undefined;
  const abort = new AbortController();
  const answer = await loopback.fetch(`http://loopback/pollux${target}`, {
    method,
    headers: { cookie: 'login=1', host: 'hub.example', 'content-type': 'application/json', ...headers },
    signal: abort.signal,
    ...(body === undefined ? {} : { body }),
  });
  abort.abort();
  return answer.status;
}

describe.each([
  ['POST', '/poll'],
  ['POST', '/ack'],
  ['POST', '/ticket'],
  ['GET', '/stream?app=crm'],
  ['DELETE', '/session/s'],
])('a request by cookie: %s %s', (method, target) => {
  it.each([
    ['from another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['from a sister site', { 'sec-fetch-site': 'same-site', origin: 'https://sister.hub.example' }],
    ['from another site that hides its origin', { 'sec-fetch-site': 'cross-site' }],
    ['from an old browser on another site', { origin: 'https://evil.example' }],
    ['from a sandboxed frame', { origin: 'null' }],
    ['from a name that only begins like a listed one', { 'sec-fetch-site': 'cross-site', origin: 'https://portal.example.evil' }],
    [
      'with a password that the browser remembers',
      { authorization: 'Basic YWxpY2U6c2VjcmV0', 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    ],
    ['with a login of its network', { authorization: 'negotiate YII=', 'sec-fetch-site': 'cross-site' }],
  ])('%s is refused', async (_case, headers) => {
    expect(await statusOf(method, target, headers)).toBe(403);
  });

  it.each([
    ['from the own site', { 'sec-fetch-site': 'same-origin' }],
    ['typed by the user', { 'sec-fetch-site': 'none' }],
    ['from a listed origin', { 'sec-fetch-site': 'cross-site', origin: 'https://portal.example' }],
    ['from an old browser on the own site', { origin: 'https://hub.example' }],
    ['from no browser at all', {}],
    ['from no browser at all, with a password', { authorization: 'Basic YWxpY2U6c2VjcmV0' }],
    [
      'with a credential that no foreign page can send',
      { authorization: 'Bearer x', 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    ],
  ])('%s passes', async (_case, headers) => {
    expect(await statusOf(method, target, headers)).not.toBe(403);
  });
});
