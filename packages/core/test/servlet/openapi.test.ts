import { createCommunicationServer, createServlet } from '@pollux/core/server';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';
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

describe('openapi.json', () => {
  it('is served and passes the linter without a remark', async () => {
    expect(await lint(await fetchDocument())).toEqual([]);
  });

  it('names the bounds that this server has set', async () => {
    expect(await fetchDocument()).toContain('at most 7 are granted');
  });

  it('is judged by a linter that finds faults', async () => {
    const broken = (await fetchDocument()).replace('#/components/schemas/Section"', '#/components/schemas/Nowhere"');
    expect((await lint(broken)).join()).toContain('no-unresolved-refs');
  });
});
