import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfiguration } from '../../src/configuration/load.ts';
import { goodConfiguration, secret } from '../support/good-configuration.ts';

const folder = mkdtempSync(join(tmpdir(), 'pollux-hub-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;

function file(content: unknown): string {
  const path = join(folder, `${count++}.json`);
  writeFileSync(path, content instanceof Buffer || typeof content === 'string' ? content : JSON.stringify(content), {
    mode: 0o600,
  });
  return path;
}

function load(config: string | undefined, environment: Record<string, string> = {}, settings: [string, string][] = []) {
  const flags = settings.map(([path, text]) => ({ path, text, flag: `--set ${path}` }));
  return loadConfiguration({ ...(config === undefined ? {} : { config }), settings: flags }, environment);
}

describe('precedence', () => {
  it('is flags, environment, file, defaults', () => {
    const path = file(goodConfiguration('limits', { holdSeconds: 20, ttlSeconds: 100, gatherMs: 5 }));
    const { limits } = load(path, { POLLUX_LIMITS_HOLD_SECONDS: '21', POLLUX_LIMITS_TTL_SECONDS: '101' }, [
      ['limits.holdSeconds', '22'],
    ]).configuration;
    expect(limits).toMatchObject({ holdSeconds: 22, ttlSeconds: 101, gatherMs: 5, queueMessages: 1000 });
  });

  it('takes the file that POLLUX_CONFIG names, unless a flag names another', () => {
    const named = file(goodConfiguration('basePath', '/named'));
    expect(load(undefined, { POLLUX_CONFIG: named })).toMatchObject({ file: named, configuration: { basePath: '/named' } });
    expect(load(file(goodConfiguration()), { POLLUX_CONFIG: named }).configuration.basePath).toBe('/pollux');
  });

  it('needs no file at all', () => {
    const environment = {
      POLLUX_APPLICATIONS: '{"orders":{"title":"Orders"}}',
      POLLUX_IDENTITY_TOKENS_SECRET: secret,
      POLLUX_ORIGINS: 'https://a.example, https://b.example',
      POLLUX_IDENTITY_DEVELOPMENT_SIGN_IN: 'true',
      POLLUX_LISTEN_HOST: '::1',
      POLLUX_LOG_LEVEL: '',
    };
    expect(load(undefined, environment).configuration).toMatchObject({
      listen: { host: '::1', port: 4100 },
      origins: ['https://a.example', 'https://b.example'],
      applications: { orders: { title: 'Orders' } },
      identity: { developmentSignIn: true, tokens: { secret } },
    });
  });

  it('takes the token secret from a file of its own', () => {
    const loaded = load(file(goodConfiguration()), { POLLUX_IDENTITY_TOKENS_SECRET_FILE: file(`${secret}-other\n`) });
    expect(loaded.configuration.identity.tokens.secret).toBe(`${secret}-other`);
  });
});

describe('a source that cannot be used', () => {
  it.each([
    {
      name: 'syntax',
      content: '{\n  "listen": { "port": 1, }\n}',
      says: /line 2, column 26: expected a name in double quotes, found "}"/,
    },
    {
      name: 'a name twice',
      content: '{"basePath":"/a",\n"basePath":"/b"}',
      says: /line 2, column 1: the name "basePath" occurs twice/,
    },
    { name: '__proto__', content: '{"applications":{"__proto__":{}}}', says: /"__proto__" is not usable/ },
    { name: 'nothing', content: '', says: /expected a value, found the end/ },
    { name: 'two values', content: '{} {}', says: /expected the end, found "{"/ },
    { name: 'depth', content: '['.repeat(5000), says: /nested more than 64 deep/ },
    { name: 'not UTF-8', content: Buffer.from([0x7b, 0xff, 0x7d]), says: /not UTF-8/ },
    { name: 'a list', content: '[]', says: /must be an object/ },
  ])('a file with $name', ({ content, says }) => {
    expect(() => load(file(content))).toThrow(says);
  });

  it('does not quote the file, which may hold secrets', () => {
    expect(() => load(file(`{"identity":{"tokens":{"secret":"${secret}" oops`))).toThrow(
      /^(?![\s\S]*fK3v)[\s\S]*expected "," or "}", found "o"/,
    );
  });

  it('a file that is not there, or a directory', () => {
    expect(() => load(join(folder, 'none.json'))).toThrow(/none.json: there is no such file; check the path/);
    expect(() => load(folder)).toThrow(/it is a directory/);
  });

  it('names the variable or flag that a wrong setting came from', () => {
    const path = file(goodConfiguration());
    expect(() => load(path, { POLLUX_LISTEN_PORT: 'many' })).toThrow(
      'listen.port (from environment variable POLLUX_LISTEN_PORT): "many" must be a whole number',
    );
    expect(() => load(path, {}, [['limits.holdSeconds', '-1']])).toThrow(
      'limits.holdSeconds (from --set limits.holdSeconds): -1 must be',
    );
    expect(() => load(path, { POLLUX_APPLICATIONS: '{"orders":' })).toThrow(
      /POLLUX_APPLICATIONS\): must be JSON: expected a value/,
    );
    expect(() => load(path, { POLLUX_IDENTITY_TOKENS_SECRET_FILE: '/nowhere/secret' })).toThrow(
      /cannot read \/nowhere\/secret, which POLLUX_IDENTITY_TOKENS_SECRET_FILE names/,
    );
  });

  it('a variable or flag that names no setting', () => {
    const path = file(goodConfiguration());
    expect(() => load(path, { POLLUX_LISTEN_PROT: '1' })).toThrow(
      /POLLUX_LISTEN_PROT is not a setting; did you mean "POLLUX_LISTEN_PORT"\?/,
    );
    expect(() => load(path, { POLLUX_LIMITS_XYZXYZXYZ: '1' })).toThrow(/POLLUX_LIMITS_XYZXYZXYZ is not a setting/);
    expect(() => load(path, {}, [['listen.prot', '1']])).toThrow(
      /--set listen.prot: "listen.prot" is not a setting; did you mean "listen.port"\?/,
    );
  });

  it('leaves the variables of other programs alone, and says so unless Kubernetes made them', () => {
    const others = {
      POLLUX_SERVICE_HOST: '10.0.0.1',
      POLLUX_PORT_4100_TCP_PORT: '4100',
      POLLUX_KEY: 'k',
      POLLUX_SOMETHING_QUITE_DIFFERENT: 'x',
    };
    expect(load(file(goodConfiguration()), others).notes).toEqual([
      'environment variable POLLUX_SOMETHING_QUITE_DIFFERENT is not a setting and was left alone',
    ]);
  });

  it('tells of a file that everybody can read', () => {
    const path = file(goodConfiguration());
    chmodSync(path, 0o644);
    expect(load(path).notes[0]).toMatch(/chmod 600/);
  });
});
