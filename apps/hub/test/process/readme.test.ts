import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { settings } from '../../src/configuration/outline.ts';
import { hubCommand } from '../support/hub-process.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'pollux-readme-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

describe('the README', () => {
  it('has commands that run as they stand', async () => {
    const [first, second] = [await freePort(), await freePort()];
    const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text = '']) =>
      text.replaceAll('4100', first).replaceAll('4101', second),
    );
    const [prepare, serve, receive, publish] = blocks;
    expect(serve).toBe('pollux-hub\n');
    writeFileSync(join(folder, 'pollux-hub'), `#!/bin/sh\nexec "${process.execPath}" "${await hubCommand()}" "$@"\n`);
    chmodSync(join(folder, 'pollux-hub'), 0o755);
    const script = `set -eu
${prepare}
pollux-hub & trap "kill $!" EXIT
until curl -fsS http://127.0.0.1:${first}/pollux/health >/dev/null 2>&1; do sleep 0.05; done
${receive}
${publish}`;
    const env = {
      PATH: `${folder}:${process.env['PATH']}`,
      POLLUX_LISTEN_PORT: first,
      POLLUX_ADMIN_PORT: second,
      POLLUX_URL: `http://127.0.0.1:${first}/pollux`,
    };
    const child = spawn('bash', ['-c', script], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
    expect(said).toContain('is good');
    expect(said).toMatch(/"messages":\[\{.*"data":\{"id":7,"state":"shipped"\}.*"kind":"fetch"/);
    expect(said).toContain('pollux_notifications_accepted_total{application="orders"} 3');
  });

  it('names every setting but the single bounds', () => {
    const documented = [...readme.matchAll(/^\| (`.*?) \|/gm)].map(([, cell = '']) => cell).join(' ');
    const missing = settings
      .filter(({ path }) => path[0] !== 'limits')
      .map(({ path }) => path.at(-1) ?? '')
      .filter((name) => !documented.includes(name));
    expect(missing).toEqual([]);
  });
});
