import { expect, test } from '../support/fixtures.ts';

const headline = { to: { everyone: true }, kind: 'direct', type: 'headline', data: { id: 'x' } };

interface Case {
  readonly name: string;
  readonly application: string;
  readonly body: unknown;
  readonly key?: string;
  readonly status: number;
  readonly code: string;
}

const cases: readonly Case[] = [
  { name: 'an unknown application', application: 'weather', body: headline, key: 'news', status: 403, code: 'forbidden' },
  {
    name: 'an oversized message',
    application: 'news',
    body: { ...headline, data: 'x'.repeat(70_000) },
    status: 413,
    code: 'message-too-large',
  },
  {
    name: 'an oversized body',
    application: 'news',
    body: { ...headline, data: 'x'.repeat(300_000) },
    status: 413,
    code: 'payload-too-large',
  },
  { name: 'garbage', application: 'news', body: '{"to": {"everyone": tr', status: 400, code: 'malformed-json' },
  { name: 'a field that is wrong', application: 'news', body: { ...headline, ttl: 'soon' }, status: 400, code: 'invalid-field' },
  { name: 'no key', application: 'news', body: headline, key: '', status: 401, code: 'unauthenticated' },
  { name: 'a wrong key', application: 'news', body: headline, key: 'guessed', status: 401, code: 'unauthenticated' },
  { name: "another application's key", application: 'news', body: headline, key: 'orders', status: 403, code: 'forbidden' },
];

test('bad publishes get a problem, and the next poll works', async ({ demonstration, openPortal }) => {
  const { page, polls, headlines } = await openPortal('alice');
  const shown = await headlines.count();
  for (const { name, application, body, key = application, status, code } of cases) {
    await test.step(name, async () => {
      const credential = demonstration.keys[key as 'news'] ?? key;
      const response = await demonstration.publish(application, body, { key: credential });
      expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      const problem = (await response.json()) as Record<string, unknown>;
      expect(problem).toMatchObject({ status, code, type: `urn:pollux:problem:${code}` });
      expect(response.status).toBe(status);
      expect(problem['title']).toBeTruthy();
    });
  }
  expect(polls.messagesOf('news')).toEqual([]);
  const { id } = await demonstration.trigger('news', 'headline');
  await expect(page.locator(`[data-headline="${id}"]`)).toHaveCount(1);
  await expect(headlines).toHaveCount(shown + 1);
});

test('bad polls get a problem, and disturb nobody else', async ({ demonstration, openPortal }) => {
  const { page, calls } = await openPortal('alice');
  const token = await signIn(demonstration.at.pollux, 'bob');
  const postPoll = async (body: string, authorization?: string) => {
    const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
    const response = await fetch(`${demonstration.at.pollux}/poll`, { method: 'POST', headers, body });
    return { status: response.status, ...((await response.json()) as { readonly code?: string }) };
  };
  const poll = async (body: string, authorization?: string) => {
    const { status, code } = await postPoll(body, authorization);
    return [status, code];
  };
  const good = JSON.stringify({ wait: 0, applications: { news: { cursor: null } } });
  expect(await poll(good)).toEqual([401, 'unauthenticated']);
  expect(await poll(good, 'Bearer nonsense')).toEqual([401, 'unauthenticated']);
  expect(await poll('{"applications', `Bearer ${token}`)).toEqual([400, 'malformed-json']);
  expect(await poll('{}', `Bearer ${token}`)).toEqual([400, 'invalid-field']);
  expect(await poll(JSON.stringify({ v: 9, applications: {} }), `Bearer ${token}`)).toEqual([400, 'unsupported-version']);
  expect(await poll(`{"x":"${'x'.repeat(70_000)}"}`, `Bearer ${token}`)).toEqual([413, 'payload-too-large']);
  expect((await poll(good, `Bearer ${token}`))[0]).toBe(200);
  // An application that does not exist costs only itself: the others of the same poll are answered.
  const mixed = await postPoll(
    JSON.stringify({ applications: { news: { cursor: null }, weather: { cursor: null } } }),
    `Bearer ${token}`,
  );
  expect(mixed).toMatchObject({
    applications: { news: { cursor: expect.any(String) }, weather: { error: { status: 404, code: 'unknown-application' } } },
  });
  await demonstration.trigger('calls', 'call', { agent: 'alice' });
  await expect(calls).toHaveCount(1);
  await expect(page.getByTestId('connection')).toHaveText('Online');
});

async function signIn(pollux: string, recipient: string): Promise<string> {
  const response = await fetch(`${pollux}/development/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ recipient }),
  });
  return ((await response.json()) as { token: string }).token;
}
