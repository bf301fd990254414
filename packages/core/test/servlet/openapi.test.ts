import { createCommunicationServer, createServlet } from '@pollux/core/server';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';
import { methods } from '../../src/servlet/routes.ts';
import { createLoopback } from '../../src/testing/loopback.ts';

async function fetchDocument(): Promise<string> {
  const server = createCommunicationServer({ applications: {}, limits: { holdSeconds: 7, holdSpreadSeconds: 1 } });
  const { body, status } = await createLoopback(createServlet({ server })).send({ target: '/pollux/openapi.json' });
  expect(status).toBe(200);
  return body;
}

async function lint(source: string): Promise<string[]> {
  const config = await createConfig({
    extends: ['recommended-strict'],
    rules: { 'no-server-example.com': 'off', 'info-license-url': 'off' },
  });
  const found = await lintFromString({ source, config });
  return found.map(({ ruleId, message, location }) => `${ruleId}: ${message} at ${location[0]?.pointer ?? ''}`);
}

type Described = Record<string, Record<string, { readonly responses: Record<string, unknown> }>>;

interface Met {
  readonly operation: readonly [method: string, path: string];
  readonly status: number;
  readonly init: { readonly headers?: Record<string, string>; readonly body?: string };
}

const json = { 'content-type': 'application/json' };
const foreign = { origin: 'https://elsewhere.example' };
const one = '/applications/{application}/notifications/{id}';

/** Answers that are easily met. */
const met: readonly Met[] = [
  { operation: ['POST', '/poll'], status: 403, init: { headers: foreign } },
  { operation: ['POST', '/poll'], status: 503, init: { headers: json, body: '{"applications":{}}' } },
  { operation: ['GET', '/stream'], status: 400, init: {} },
  { operation: ['POST', '/ack'], status: 404, init: { headers: json, body: '{"session":"s_","applications":{}}' } },
  { operation: ['POST', '/ack'], status: 415, init: {} },
  { operation: ['POST', '/ticket'], status: 403, init: { headers: foreign } },
  { operation: ['DELETE', '/session/{id}'], status: 403, init: { headers: foreign } },
  { operation: ['GET', one], status: 503, init: {} },
  { operation: ['DELETE', one], status: 503, init: {} },
  { operation: ['DELETE', '/applications/{application}/recipients/{recipient}'], status: 503, init: {} },
];

/** Asks a server that has been closed. */
async function ask(method: string, template: string, init: Met['init']): Promise<{ readonly status: number }> {
  const server = createCommunicationServer({ applications: { crm: {} } });
  await server.close();
  const servlet = createServlet({
    server,
    authenticate: () => ({ recipient: 'alice' }),
    authorizePublisher: () => ({ applications: ['crm'] }),
  });
  const target = `/pollux${template.replace('{application}', 'crm').replace(/\{\w+\}/, 'xxxxxxxxxxx1')}`;
  return createLoopback(servlet).send({ method, target, ...init });
}

describe('openapi.json', () => {
  it('is served and passes the linter without a remark', async () => {
    expect(await lint(await fetchDocument())).toEqual([]);
  });

  it('names the bounds that this server has set', async () => {
    expect(await fetchDocument()).toContain('at most 7 are granted');
  });

  it('describes every resource with every method that it offers', async () => {
    const { paths } = JSON.parse(await fetchDocument()) as { paths: Record<string, Record<string, unknown>> };
    const described = Object.values(paths).flatMap((operations) => Object.keys(operations).map((method) => method.toUpperCase()));
    const offered = Object.values(methods).flatMap((names) => names.filter((name) => name !== 'HEAD'));
    expect(described.sort()).toEqual(offered.sort());
  });

  for (const { operation, status, init } of met) {
    it(`names ${status}, which ${operation.join(' ')} is answered with`, async () => {
      const { paths } = JSON.parse(await fetchDocument()) as { paths: Described };
      const [method, template] = operation;
      expect((await ask(method, template, init)).status).toBe(status);
      expect(Object.keys(paths[template]?.[method.toLowerCase()]?.responses ?? {})).toContain(String(status));
    });
  }

  it('is judged by a linter that finds faults', async () => {
    const broken = (await fetchDocument()).replace('#/components/schemas/Section"', '#/components/schemas/Nowhere"');
    expect((await lint(broken)).join()).toContain('no-unresolved-refs');
  });
});
