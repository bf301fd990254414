import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createAuthentication } from '../../src/identity/tokens.ts';
import { poll, tokenFor } from '../support/client.ts';
import { goodConfiguration, key, secret } from '../support/good-configuration.ts';
import { configurationFile, hubCommand, runHub, runMain, serveHub } from '../support/hub-process.ts';

const file = configurationFile(goodConfiguration());

describe('pollux-hub', () => {
  it.each([[['--help']], [['help']], [['-h']]])('%j prints the overview', async (args) => {
    const { code, out, err } = await runMain(args);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const word of ['serve', 'check', 'token', 'publish', 'key', 'password', 'schema', 'export', 'import', 'Exit codes'])
      expect(out).toContain(word);
  });

  it.each([[['token', '--help']], [['help', 'token']]])('%j prints the help of a command', async (args) => {
    expect(await runMain(args)).toMatchObject({ code: 0, out: expect.stringContaining('pollux-hub token --recipient alice') });
  });

  it('--version prints the version', async () => {
    expect(await runHub(['--version'])).toMatchObject({ code: 0, out: '0.1.0\n' });
  });

  it.each([
    { args: ['serv'], says: 'There is no command "serv"; did you mean "serve"?' },
    { args: ['check', '--confg', 'x'], says: 'There is no option --confg; did you mean --config?' },
    { args: ['check', 'extra'], says: "Unexpected argument 'extra'" },
    { args: ['check', '--set', 'nonsense'], says: '--set "nonsense" must be NAME=VALUE' },
    { args: ['check', '--port', '1', '--port', '2'], says: '--port is given twice' },
    { args: ['token', '--config', file], says: '--recipient is missing' },
    { args: ['token', '--config', file, '--recipient', 'a', '--ttl', '-5'], says: '--ttl' },
    { args: ['token', '--config', file, '--recipient', 'a', '--ttl', 'x'], says: 'must be a whole number from 1' },
    {
      args: ['token', '--config', file, '--recipient', 'a', '--applications', 'order'],
      says: 'no application "order"; did you mean "orders"?',
    },
    { args: ['token', '--config', file, '--recipient', ''], says: '--recipient must be' },
    { args: ['publish'], says: 'Which application publishes?' },
    { args: ['publish', 'Orders'], says: 'not a possible application name' },
    { args: ['publish', 'orders'], says: 'For whom?' },
    { args: ['publish', 'orders', '--to', 'a', '--everyone'], says: 'Only one of' },
    { args: ['publish', 'orders', '--to', 'a'], says: '--type is missing' },
    { args: ['publish', 'orders', '--to', 'a', '--type', 't'], says: 'either --data JSON' },
    { args: ['publish', 'orders', '--to', 'a', '--type', 't', '--data', '{}', '--fetch', '/x'], says: 'either --data JSON' },
    { args: ['publish', 'orders', '--to', 'a', '--type', 't', '--data', 'hello'], says: '--data is not JSON: column 1' },
    {
      args: ['publish', 'orders', '--to', 'a', '--type', 't', '--data', '{}', '--urgency', 'now'],
      says: '--urgency must be one of very-low',
    },
  ])('$args is a wrong command line', async ({ args, says }) => {
    const { code, out, err } = await runMain(args);
    expect({ code, out }).toEqual({ code: 64, out: '' });
    expect(err).toContain(says);
    expect(err).not.toMatch(/\n\s+at /);
  });
});

describe('check', () => {
  it('accepts a good configuration', async () => {
    expect(await runHub(['check', '--config', file])).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('is good'),
    });
  });

  it('shows an address of IPv6 as one', async () => {
    const { out } = await runMain(['check', '--config', file, '--host', '::1', '--port', '4100']);
    expect(out).toContain('http://[::1]:4100/pollux\n');
  });

  it.each(['check', 'serve'])('%s refuses a bad one with everything that is wrong, and exit code 78', async (command) => {
    const bad = configurationFile({
      ...goodConfiguration('identity.developmentSignIn', true),
      listen: { host: '0.0.0.0' },
      orgins: [],
    });
    const { code, out, err } = await runHub([command, '--config', bad, '--port', 'x'], { POLLUX_LIMITS_GATHER_MS: '99' });
    expect({ code, out }).toEqual({ code: 78, out: '' });
    expect(err).toContain('The configuration has 4 faults');
    expect(err).toContain('orgins: is not a setting; did you mean "origins"?');
    expect(err).toContain('listen.port (from --port): "x" must be a whole number');
    expect(err).toContain('limits.gatherMs (from environment variable POLLUX_LIMITS_GATHER_MS): 99 must be');
    expect(err).toContain('identity.developmentSignIn: true is refused while listen.host is "0.0.0.0"');
    expect(err).not.toMatch(/\n\s+at |fK3v/);
  });

  it('says how to begin when there is nothing', async () => {
    const { code, err } = await runHub([]);
    expect(code).toBe(78);
    expect(err).toMatch(/applications: is missing.*for example[\s\S]*identity: is missing/);
  });
});

describe('token', () => {
  it('prints a token of the configuration, and nothing else', async () => {
    const { code, out, err } = await runMain([
      'token',
      '-c',
      file,
      '--recipient',
      'alice',
      '--applications',
      'orders,news',
      '--groups',
      'a, b',
      '--ttl',
      '60',
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const identity = await createAuthentication({ secret })({ header: () => `Bearer ${out.trim()}` });
    expect(identity).toMatchObject({ recipient: 'alice', applications: ['orders', 'news'], groups: ['a', 'b'] });
    expect(Math.abs((identity?.expiresMs ?? 0) - Date.now() - 60_000)).toBeLessThan(5000);
  });

  it('takes the secret from the environment', async () => {
    const environment = { POLLUX_IDENTITY_TOKENS_SECRET: `${secret}2`, POLLUX_APPLICATIONS: '{"orders":{}}' };
    const { out } = await runMain(['token', '--recipient', 'bob'], environment);
    expect(await createAuthentication({ secret: `${secret}2` })({ header: () => `Bearer ${out.trim()}` })).toMatchObject({
      recipient: 'bob',
    });
  });
});

describe('key and password', () => {
  it('key prints a key and its fingerprint', async () => {
    const { code, out } = await runMain(['key']);
    expect(code).toBe(0);
    expect(out).toMatch(/^plx_[\w-]{43}\nsha256:[0-9a-f]{64}\n$/);
  });

  it('key may be read for one line only', async () => {
    const child = spawn(process.execPath, [await hubCommand(), 'key'], { stdio: ['ignore', 'pipe', 'pipe'] });
    // Closed before anything is written, so that every write finds nobody.
    child.stdout.destroy();
    expect(await text(child.stderr)).toBe('');
    expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(0);
  });

  it('password prints a hash that a configuration accepts', async () => {
    const { code, out } = await runMain(['password'], {}, 'correct horse\n');
    expect(code).toBe(0);
    const credentials = [{ name: 'admin', password: out.trim(), role: 'admin' }];
    expect(await runMain(['check', '-c', configurationFile(goodConfiguration('admin.credentials', credentials))])).toMatchObject({
      code: 0,
    });
  });

  it('password refuses what is too short', async () => {
    expect(await runMain(['password'], {}, 'short\n')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('at least 8 characters'),
    });
  });
});

describe('publish', () => {
  const hello = ['publish', 'orders', '--to', 'alice', '--type', 'order.changed'];

  it('sends both kinds, prints the answer and says what came of it', async () => {
    await using hub = await serveHub(goodConfiguration());
    const environment = { POLLUX_URL: hub.url, POLLUX_KEY: key };
    const direct = await runHub(
      [...hello, '--data', '-', '--ttl', '60', '--topic', 't', '--urgency', 'high', '--key-id', 'k1'],
      environment,
      '{"id":7}',
    );
    expect(direct).toMatchObject({ code: 0, err: expect.stringContaining('Accepted (memory): 1 message') });
    expect(JSON.parse(direct.out)).toMatchObject({ grade: 'memory', accepted: [{ recipient: 'alice', ttl: 60 }] });
    const keyFile = configurationFile('');
    writeFileSync(keyFile, `${key}\n`);
    const fetched = await runHub([
      ...hello,
      '--fetch',
      '/api/orders/7',
      '--spread',
      '5',
      '--url',
      hub.url,
      '--key-file',
      keyFile,
    ]);
    expect(fetched.code).toBe(0);
  });

  it('hands a payload on as it was written, to the last digit', async () => {
    await using hub = await serveHub(goodConfiguration());
    const environment = { POLLUX_URL: hub.url, POLLUX_KEY: key };
    const sent = await runHub([...hello, '--data', '{"id":12345678901234567890,"rate":1.10}'], environment);
    expect(sent).toMatchObject({ code: 0 });
    const answer = await (await poll(hub.url, await tokenFor('alice'))).text();
    expect(answer).toContain('{"id":12345678901234567890,"rate":1.10}');
  });

  it('tells why something was not accepted', async () => {
    await using hub = await serveHub(goodConfiguration());
    const environment = { POLLUX_URL: hub.url, POLLUX_KEY: key };
    const far = await runHub([...hello, '--fetch', 'https://evil.example/x'], environment);
    expect(far).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/Not accepted \(422\).*fetch target.*[a-z]\. Field: fetch\.href\n$/),
    });
    const wrongKey = await runHub([...hello, '--data', '1'], { ...environment, POLLUX_KEY: 'plx_wrong' });
    expect(wrongKey).toMatchObject({ code: 1, err: expect.stringContaining('Not accepted (401)') });
    const other = await runHub(['publish', 'news', '--everyone', '--type', 't', '--data', '1'], environment);
    expect(other).toMatchObject({ code: 1, err: expect.stringContaining('Not accepted (403)') });
    expect(far.err + wrongKey.err).not.toMatch(/plx_/);
  });

  it('tells what is missing', async () => {
    expect(await runHub([...hello, '--data', '1'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('Set POLLUX_KEY, or name a file with --key-file'),
    });
    const nobody = await runHub([...hello, '--data', '1'], { POLLUX_KEY: key, POLLUX_URL: 'http://127.0.0.1:9/pollux' });
    expect(nobody).toMatchObject({
      code: 1,
      err: expect.stringMatching(/Cannot reach http:\/\/127.0.0.1:9\/pollux.*Is the hub running/),
    });
  });
});
