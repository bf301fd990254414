/** EdDSA, RS256 and key sets, with keys made for the test and a key server that listens. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CommunicationError } from '@pollux/core';
import { exportJWK, exportPKCS8, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { authenticateTokens, type TokenFault, type TokenSettings } from '../src/index.ts';
import { handmade, secret, showing } from './tokens-by-hand.ts';

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
let ed: Pair;
let rsa: Pair;
let strange: Pair;

beforeAll(async () => {
  [ed, rsa, strange] = await Promise.all([
    generateKeyPair('EdDSA', { extractable: true }),
    generateKeyPair('RS256', { extractable: true }),
    generateKeyPair('EdDSA', { extractable: true }),
  ]);
}, 60_000);

const named = { issuer: 'https://login.example', audience: 'pollux' };

function signed(
  alg: string,
  { privateKey }: Pair,
  header: object = {},
  claims: { iss?: string; aud?: string } = {},
): Promise<string> {
  const signing = new SignJWT({ iss: named.issuer, aud: named.audience, ...claims }).setProtectedHeader({ alg, ...header });
  return signing.setSubject('alice').setExpirationTime('5m').sign(privateKey);
}

async function verify(settings: TokenSettings, token: string): Promise<string | TokenFault | undefined> {
  let fault: TokenFault | undefined;
  const found = await authenticateTokens({ ...settings, refused: (why) => (fault = why) })(showing(token));
  return found?.recipient ?? fault;
}

/** A key server whose set can be changed, and which can be broken. */
async function serveKeys(keys: object[]): Promise<{ url: string; served: { count: number; keys: object[]; broken: boolean } }> {
  const served = { count: 0, keys, broken: false };
  const server = createServer((_request, response) => {
    served.count++;
    if (served.broken) response.writeHead(302, { location: '/elsewhere' }).end();
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: served.keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve(undefined))));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`, served };
}

describe('public keys', () => {
  it('as PEM, JWK and CryptoKey check EdDSA and RS256', async () => {
    for (const [alg, pair] of [
      ['EdDSA', ed],
      ['RS256', rsa],
    ] as const) {
      const token = await signed(alg, pair);
      for (const publicKey of [await exportSPKI(pair.publicKey), await exportJWK(pair.publicKey), pair.publicKey]) {
        expect(await verify({ publicKey: publicKey as string }, token)).toBe('alice');
        expect(await verify({ publicKey: publicKey as string }, await signed('EdDSA', strange))).toBe(
          alg === 'EdDSA' ? 'signature' : 'algorithm',
        );
      }
    }
  });

  it('several are good at once, of both kinds', async () => {
    const publicKey = [strange.publicKey, await exportSPKI(rsa.publicKey), ed.publicKey];
    expect(await verify({ publicKey }, await signed('EdDSA', ed))).toBe('alice');
    expect(await verify({ publicKey }, await signed('RS256', rsa))).toBe('alice');
    expect(await verify({ publicKey: publicKey.slice(0, 2) }, await signed('EdDSA', ed))).toBe('signature');
  });

  it('are never taken for a secret: a token signed with HS256 and the public key is nobody’s', async () => {
    const pem = await exportSPKI(rsa.publicKey);
    const forged = handmade({ alg: 'HS256' }, { sub: 'root', exp: Date.now() / 1000 + 60 }, 'sha256', pem);
    expect(await verify({ publicKey: pem }, forged)).toBe('algorithm');
    expect(await verify({ publicKey: await exportSPKI(ed.publicKey) }, forged)).toBe('algorithm');
  });

  it('can be narrowed to some algorithms', async () => {
    const keys = [
      { ...(await exportJWK(ed.publicKey)), kid: 'a' },
      { ...(await exportJWK(rsa.publicKey)), kid: 'b' },
    ];
    const settings: TokenSettings = { jwks: { keys }, algorithms: ['EdDSA'], ...named };
    expect(await verify(settings, await signed('EdDSA', ed, { kid: 'a' }))).toBe('alice');
    expect(await verify(settings, await signed('RS256', rsa, { kid: 'b' }))).toBe('algorithm');
  });
});

describe('a key set', () => {
  it('finds the key by its id, and knows no other', async () => {
    const jwks = {
      keys: [
        { ...(await exportJWK(ed.publicKey)), kid: 'one' },
        { ...(await exportJWK(rsa.publicKey)), kid: 'two' },
      ],
    };
    expect(await verify({ jwks, ...named }, await signed('EdDSA', ed, { kid: 'one' }))).toBe('alice');
    expect(await verify({ jwks, ...named }, await signed('RS256', rsa, { kid: 'two' }))).toBe('alice');
    expect(await verify({ jwks, ...named }, await signed('EdDSA', strange, { kid: 'one' }))).toBe('signature');
    expect(await verify({ jwks, ...named }, await signed('EdDSA', ed, { kid: 'three' }))).toBe('key');
    expect(await verify({ jwks, ...named }, await signed('EdDSA', ed, { kid: 'one' }, { aud: 'billing' }))).toBe('claim');
    expect(await verify({ jwks, ...named }, await signed('EdDSA', ed, { kid: 'one' }, { iss: 'https://evil.example' }))).toBe(
      'claim',
    );
  });

  it('without ids is tried key by key, as while one is being exchanged', async () => {
    const keys = [await exportJWK(strange.publicKey), await exportJWK(ed.publicKey), await exportJWK(rsa.publicKey)];
    expect(await verify({ jwks: { keys }, ...named }, await signed('EdDSA', ed))).toBe('alice');
    expect(await verify({ jwks: { keys }, ...named }, await signed('EdDSA', ed, {}, { aud: 'billing' }))).toBe('claim');
    const other = await generateKeyPair('EdDSA');
    expect(await verify({ jwks: { keys }, ...named }, await signed('EdDSA', other))).toBe('signature');
  });

  it('without ids is fetched anew where none of its keys fits, but not again and again', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const { url, served } = await serveKeys([await exportJWK(strange.publicKey)]);
    const authenticate = authenticateTokens({ jwks: url, ...named });
    expect(await authenticate(showing(await signed('EdDSA', strange)))).toMatchObject({ recipient: 'alice' });
    served.keys = [await exportJWK(ed.publicKey)];
    vi.setSystemTime(Date.now() + 60_000);
    for (let i = 0; i < 3; i++)
      expect(await authenticate(showing(await signed('EdDSA', ed)))).toMatchObject({ recipient: 'alice' });
    for (let i = 0; i < 3; i++) expect(await authenticate(showing(await signed('EdDSA', strange, { a: i })))).toBeUndefined();
    expect(served.count).toBe(2);
  });

  it('is fetched once, by address; a key in the token itself is never believed', async () => {
    const { url, served } = await serveKeys([{ ...(await exportJWK(ed.publicKey)), kid: 'one' }]);
    const authenticate = authenticateTokens({ jwks: url, ...named });
    for (let i = 0; i < 5; i++)
      expect(await authenticate(showing(await signed('EdDSA', ed, { kid: 'one' })))).toMatchObject({ recipient: 'alice' });
    const jwk = await exportJWK(strange.publicKey);
    for (const header of [{ jwk }, { kid: 'two', jku: url.replace('jwks', 'evil') }, { kid: '../evil' }])
      expect(await authenticate(showing(await signed('EdDSA', strange, header)))).toBeUndefined();
    expect(served.count).toBe(1);
  });

  it.each(['a redirect', 'nobody listening'])(
    'that cannot be fetched (%s) is the server’s fault, not the token’s',
    async (how) => {
      const { url, served } = await serveKeys([]);
      served.broken = true;
      const jwks = how === 'a redirect' ? url : 'http://127.0.0.1:1/jwks.json';
      const failure = await Promise.resolve(authenticateTokens({ jwks, ...named })(showing(await signed('EdDSA', ed)))).catch(
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(CommunicationError);
      expect((failure as CommunicationError).problem).toMatchObject({ status: 503, code: 'identity-unavailable', retryAfter: 5 });
    },
  );
});

describe('wrong keys are told at the start', () => {
  const open = (settings: object) => () => authenticateTokens(settings as TokenSettings);

  it('private ones', async () => {
    expect(open({ publicKey: await exportPKCS8(ed.privateKey) })).toThrow(/is a private key/);
    expect(open({ publicKey: ed.privateKey })).toThrow(/is a private key. Give the public one/);
    const jwk = await exportJWK(ed.privateKey);
    expect(open({ publicKey: jwk })).toThrow(/private or secret part/);
    expect(open({ jwks: { keys: [jwk] }, ...named })).toThrow(/jwks.keys\[0\]: holds a private or secret part/);
    expect(open({ jwks: { keys: [{ kty: 'oct', k: secret }] }, ...named })).toThrow(/private or secret part/);
  });

  it('of other kinds, weak, or no keys at all', async () => {
    const { publicKey: elliptic } = await generateKeyPair('ES256', { extractable: true });
    const weak = await crypto.subtle.generateKey(
      { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]) },
      true,
      ['sign', 'verify'],
    );
    for (const key of [elliptic, weak.publicKey]) {
      for (const publicKey of [key, await exportSPKI(key), await exportJWK(key)])
        expect(open({ publicKey })).toThrow(/not used here.*Give an Ed25519 public key, or an RSA one of at least 2048 bits/);
    }
    for (const publicKey of ['', 'ssh-ed25519 AAAA', '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----'])
      expect(open({ publicKey })).toThrow(/BEGIN PUBLIC KEY/);
    expect(open({ publicKey: '-----BEGIN PUBLIC KEY-----\nA===A\n-----END PUBLIC KEY-----' })).toThrow(/not base64/);
    expect(open({ publicKey: null })).toThrow(/is missing|none is given/);
    expect(open({ publicKey: [] })).toThrow(/names 0 keys/);
  });

  it.each([
    [{ jwks: 'http://login.example/jwks', ...named }, /exchange the keys. Use https:/],
    [{ jwks: 'https://user:word@login.example/jwks', ...named }, /user name or password/],
    [{ jwks: 'login.example/jwks', ...named }, /is no address/],
    [{ jwks: 'file:///etc/jwks', ...named }, /Use https:/],
    [{ jwks: {}, ...named }, /is no key set/],
    [{ jwks: { keys: [] }, ...named }, /at least one key/],
    [{ jwks: 'https://login.example/jwks', issuer: 'https://login.example' }, /audience: is missing/],
    [{ jwks: 'https://login.example/jwks', audience: 'pollux' }, /issuer: is missing/],
  ])('key sets: %j', (settings, says) => {
    expect(open(settings)).toThrow(says);
  });
});
