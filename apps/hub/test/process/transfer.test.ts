/** Moving a message buffer: out of a running hub, into another. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PollAnswer } from '@pollux/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { poll, publish, tokenFor } from '../support/client.ts';
import { goodConfiguration } from '../support/good-configuration.ts';
import { configurationFile, runMain, serveHub } from '../support/hub-process.ts';

const directory = mkdtempSync(join(tmpdir(), 'pollux-transfer-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const password = 'correct horse battery';
const environment = { POLLUX_CONSOLE_PASSWORD: password };
let configuration: ReturnType<typeof goodConfiguration>;

beforeAll(async () => {
  const { out } = await runMain(['password'], {}, password);
  configuration = goodConfiguration('admin.credentials', [
    { name: 'admin', password: out.trim(), role: 'admin' },
    { name: 'watcher', password: out.trim(), role: 'viewer' },
  ]);
});

async function answerOf(response: Response): Promise<PollAnswer> {
  expect(response.status).toBe(200);
  return (await response.json()) as PollAnswer;
}

function dataOf(answer: PollAnswer): unknown[] {
  const section = answer.applications?.['orders'];
  if (section === undefined || 'error' in section) throw new Error('orders was not answered');
  return (section.messages ?? []).map((message) => ('data' in message ? message.data : message.kind));
}

describe('export and import', () => {
  it('move a hub to another buffer: nothing lost, nothing repeated, the old hub ends', async () => {
    const file = join(directory, 'moved.jsonl');
    const token = await tokenFor('alice');
    let cursor: string | undefined;
    {
      await using old = await serveHub(configuration);
      for (const data of [1, 2, 3]) expect((await publish(old.url, data)).status).toBe(202);
      const first = await answerOf(await poll(old.url, token));
      const section = first.applications?.['orders'];
      if (section === undefined || 'error' in section) throw new Error('orders was not answered');
      cursor = section.messages?.[0]?.cursor;
      const done = await runMain(['export', file, '--hub', old.admin, '--final'], environment);
      expect(done).toMatchObject({ code: 0, out: '', err: `Exported 3 messages of 2 queues to ${file}.\n` });
      expect(await old.ended).toMatchObject({ code: 0 });
      expect(old.output()).not.toContain(password);
    }
    expect(statSync(file).mode & 0o777).toBe(0o600);

    await using hub = await serveHub(configuration);
    const taken = await runMain(['import', file, '--hub', hub.admin], environment);
    expect(taken).toMatchObject({ code: 0, err: 'Imported 3 messages of 2 queues.\n' });
    const next = await answerOf(await poll(hub.url, token, { applications: { orders: { cursor } } }));
    expect(dataOf(next)).toEqual([2, 3]);
    expect(next.applications?.['orders']).not.toHaveProperty('gap');

    const again = await runMain(['import', file, '--hub', hub.admin], environment);
    expect(again.code).toBe(1);
    expect(again.err).toContain('Left as it is, because it was there already: orders of recipient "alice"');
  });

  it('a running hub goes on after an export that is not final', async () => {
    await using hub = await serveHub(configuration);
    const file = join(directory, 'running.jsonl');
    await publish(hub.url, 'before');
    expect(await runMain(['export', file, '--hub', hub.admin], environment)).toMatchObject({ code: 0 });
    expect((await publish(hub.url, 'after')).status).toBe(202);
    expect(readFileSync(file, 'utf8')).toContain('before');
    const twice = await runMain(['export', file, '--hub', hub.admin], environment);
    expect(twice).toMatchObject({ code: 1, err: expect.stringContaining('is there already') });
    const viewer = await runMain(['export', join(directory, 'no'), '--hub', hub.admin, '--user', 'watcher'], environment);
    expect(viewer).toMatchObject({ code: 1, err: expect.stringContaining('This needs the role admin') });
    const wrong = await runMain(['export', join(directory, 'no'), '--hub', hub.admin], { POLLUX_CONSOLE_PASSWORD: 'guess' });
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('name or password is wrong') });
    const spoilt = join(directory, 'spoilt.jsonl');
    writeFileSync(spoilt, readFileSync(file, 'utf8').split('\n').slice(0, 2).join('\n'));
    const cut = await runMain(['import', spoilt, '--hub', hub.admin], environment);
    expect(cut).toMatchObject({
      code: 1,
      err: expect.stringContaining('cut off after line 2: its last line is missing. Nothing was imported.'),
    });
  });

  it('a password file holds the password to its last character', async () => {
    const spaced = 'ends with a space ';
    const { out } = await runMain(['password'], {}, spaced);
    await using hub = await serveHub(
      goodConfiguration('admin.credentials', [{ name: 'admin', password: out.trim(), role: 'admin' }]),
    );
    const passwordFile = join(directory, 'password');
    writeFileSync(passwordFile, `${spaced}\r\n`);
    const file = join(directory, 'spaced.jsonl');
    const done = await runMain(['export', file, '--hub', hub.admin, '--password-file', passwordFile]);
    expect(done).toMatchObject({ code: 0 });
  });

  it.each([
    { args: ['export'], code: 64, says: 'Which file shall be written?' },
    { args: ['import'], code: 64, says: 'Which file shall be read?' },
    { args: ['export', 'x.jsonl', '--final'], code: 64, says: '--final ends a running hub' },
    { args: ['export', 'x.jsonl', '--hub', 'nowhere'], code: 64, says: 'is no address of a console' },
    { args: ['export', 'x.jsonl', '--hub', 'http://127.0.0.1:9'], code: 1, says: 'Cannot reach http://127.0.0.1:9' },
    { args: ['import', '/nowhere/x.jsonl'], code: 1, says: 'Cannot read /nowhere/x.jsonl: ENOENT' },
  ])('$args is refused by a sentence', async ({ args, code, says }) => {
    const done = await runMain(args, environment);
    expect(done).toMatchObject({ code, err: expect.stringContaining(says) });
    expect(done.err).not.toMatch(/\n\s+at /);
  });

  it('what only a running hub holds is asked of that hub', async () => {
    const config = configurationFile({ ...configuration, buffer: { kind: 'memory' } });
    const out = await runMain(['export', join(directory, 'none'), '--config', config], environment);
    expect(out).toMatchObject({ code: 1, err: expect.stringContaining('only the running hub holds') });
  });

  it('without a password it says where one is looked for', async () => {
    const out = await runMain(['export', join(directory, 'none'), '--hub', 'http://127.0.0.1:9']);
    expect(out).toMatchObject({ code: 1, err: expect.stringContaining('Set POLLUX_CONSOLE_PASSWORD') });
  });
});
