import { createCommunicationServer, type PollOutcome } from '@pollux/core/server';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { authenticateTokens, signTokens, type TokenFault, type TokenSettings, visitorTokens } from '../src/index.ts';
import { exchanged, handmade, otherSecret, secret, showing, unsigned } from './tokens-by-hand.ts';

const start = 1_700_000_000_000;
const exp = start / 1000 + 60;
const good = { sub: 'alice', exp };

function open(settings: Partial<TokenSettings> = {}) {
  const clock = { nowMs: start };
  const faults: TokenFault[] = [];
  const now = () => clock.nowMs;
  const authenticate = authenticateTokens({ secret, refused: (fault) => faults.push(fault), now, ...settings });
  return {
    verify: (token: string) => authenticate(showing(token)),
    authenticate,
    sign: signTokens({ secret, now }),
    clock,
    faults,
  };
}

describe('a good token', () => {
  it('says who it is for, until when', async () => {
    const { sign, verify } = open({ clockTolerance: 0 });
    const { token, expires } = await sign({ recipient: 'alice', groups: ['sales'], applications: ['orders'], ttl: 60 });
    expect(expires).toBe(exp);
    expect(await verify(token)).toEqual({
      recipient: 'alice',
      groups: ['sales'],
      applications: ['orders'],
      expiresMs: exp * 1000,
    });
  });

  it('is checked once and then known, until it ends', async () => {
    const { sign, verify, clock, faults } = open({ cacheSeconds: 3600 });
    const { token } = await sign({ recipient: 'alice', ttl: 60 });
    const first = await verify(token);
    expect(verify(token)).toBe(first);
    clock.nowMs = exp * 1000 + 5001;
    expect(await verify(token)).toBeUndefined();
    expect(faults).toEqual(['expired']);
  });

  it('is checked anew after a while, and every time where nothing is remembered', async () => {
    const long = handmade({ alg: 'HS256' }, { sub: 'alice', exp: exp + 9999 });
    const { verify, clock } = open({ cacheSeconds: 10 });
    const first = await verify(long);
    clock.nowMs += 10_000;
    const second = await verify(long);
    expect(second).toEqual(first);
    expect(second).not.toBe(first);
    const forgetful = open({ cachedTokens: 0 });
    await forgetful.verify(long);
    expect(forgetful.verify(long)).toBeInstanceOf(Promise);
  });

  it('made by another library is accepted; without applications it may poll all', async () => {
    const signing = new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setSubject('bob').setExpirationTime(exp);
    const { verify } = open({ clockTolerance: 0 });
    expect(await verify(await signing.sign(Buffer.from(secret)))).toEqual({ recipient: 'bob', expiresMs: exp * 1000 });
  });

  it('is tolerated for 5 seconds after its end, for clocks that differ', async () => {
    const { verify, clock } = open();
    clock.nowMs = exp * 1000 + 4000;
    expect(await verify(handmade({ alg: 'HS256' }, good))).toMatchObject({ recipient: 'alice' });
    const strict = open({ clockTolerance: 0 });
    strict.clock.nowMs = exp * 1000 + 1000;
    expect(await strict.verify(handmade({ alg: 'HS256' }, good))).toBeUndefined();
  });

  it('has its polls held for as long as it is tolerated: answered at once, they would come again and again', async () => {
    const now = () => Date.now();
    const { token } = await signTokens({ secret, now: () => now() - 3000 })({ recipient: 'alice', ttl: 2 });
    const identity = (await open({ now }).verify(token)) ?? { recipient: '' };
    const server = createCommunicationServer({ applications: { orders: {} } });
    const outcomes: PollOutcome[] = [];
    const reply = { answer: (outcome: PollOutcome) => void outcomes.push(outcome) };
    server.poll(identity, { applications: { orders: { cursor: null } } }, reply);
    const { session, applications } = JSON.parse(outcomes[0]?.status === 200 ? outcomes[0].json : '{}');
    const { cursor } = applications.orders;
    const held = server.poll(identity, { session, wait: 25, applications: { orders: { cursor } } }, reply);
    expect([identity.recipient, outcomes.length]).toEqual(['alice', 1]);
    held?.cancel();
  });

  it('of any of several secrets is accepted, while one is being exchanged', async () => {
    const { verify, faults } = open({ secret: [otherSecret, Buffer.from(secret)] });
    expect(await verify(handmade({ alg: 'HS256' }, good))).toMatchObject({ recipient: 'alice' });
    expect(await verify(handmade({ alg: 'HS256' }, good, 'sha256', otherSecret))).toMatchObject({ recipient: 'alice' });
    expect(await verify(handmade({ alg: 'HS256' }, good, 'sha256', `${secret}!`))).toBeUndefined();
    expect(faults).toEqual(['signature']);
  });
});

describe('a token is not accepted', () => {
  const cases: readonly { name: string; token: string; fault: TokenFault; with?: Partial<TokenSettings> }[] = [
    { name: 'that has expired', token: handmade({ alg: 'HS256' }, { sub: 'a', exp: start / 1000 - 6 }), fault: 'expired' },
    { name: 'of algorithm none', token: unsigned(good), fault: 'algorithm' },
    { name: 'of algorithm NONE with a signature', token: handmade({ alg: 'NONE' }, good), fault: 'algorithm' },
    { name: 'of HS512 with the right secret', token: handmade({ alg: 'HS512' }, good, 'sha512'), fault: 'algorithm' },
    { name: 'of RS256', token: handmade({ alg: 'RS256' }, good), fault: 'algorithm' },
    { name: 'signed with another secret', token: handmade({ alg: 'HS256' }, good, 'sha256', otherSecret), fault: 'signature' },
    {
      name: 'that was changed',
      token: exchanged(handmade({ alg: 'HS256' }, good), { ...good, sub: 'root' }),
      fault: 'signature',
    },
    { name: 'without its signature', token: handmade({ alg: 'HS256' }, good).replace(/[^.]*$/, ''), fault: 'signature' },
    { name: 'without an end', token: handmade({ alg: 'HS256' }, { sub: 'alice' }), fault: 'claim' },
    { name: 'without a recipient', token: handmade({ alg: 'HS256' }, { exp }), fault: 'claim' },
    { name: 'with an empty recipient', token: handmade({ alg: 'HS256' }, { sub: '', exp }), fault: 'claim' },
    { name: 'with a recipient of control characters', token: handmade({ alg: 'HS256' }, { sub: 'a\nb', exp }), fault: 'claim' },
    { name: 'with a recipient of 257 bytes', token: handmade({ alg: 'HS256' }, { sub: 'ü'.repeat(129), exp }), fault: 'claim' },
    { name: 'with a recipient that is no text', token: handmade({ alg: 'HS256' }, { sub: 7, exp }), fault: 'claim' },
    { name: 'with groups that are no list', token: handmade({ alg: 'HS256' }, { ...good, groups: 'sales' }), fault: 'claim' },
    {
      name: 'with applications that are no names',
      token: handmade({ alg: 'HS256' }, { ...good, applications: ['*'] }),
      fault: 'claim',
    },
    { name: 'that begins later', token: handmade({ alg: 'HS256' }, { ...good, nbf: exp - 10 }), fault: 'not-yet-valid' },
    { name: 'of no issuer', token: handmade({ alg: 'HS256' }, good), fault: 'claim', with: { issuer: 'https://login.example' } },
    {
      name: 'of another issuer',
      token: handmade({ alg: 'HS256' }, { ...good, iss: 'https://evil.example' }),
      fault: 'claim',
      with: { issuer: 'https://login.example' },
    },
    {
      name: 'for another audience',
      token: handmade({ alg: 'HS256' }, { ...good, aud: 'billing' }),
      fault: 'claim',
      with: { audience: 'pollux' },
    },
    { name: 'with a critical extension', token: handmade({ alg: 'HS256', crit: ['x'], x: 1 }, good), fault: 'algorithm' },
    { name: 'of garbage', token: 'garbage', fault: 'malformed' },
    { name: 'of claims that are no object', token: handmade({ alg: 'HS256' }, 'alice'), fault: 'malformed' },
    { name: 'of four parts', token: 'a.b.c.d', fault: 'malformed' },
    { name: 'that is much too long', token: `${'a'.repeat(9000)}.b.c`, fault: 'too-long' },
  ];
  it.each(cases)('$name', async ({ token, fault, with: settings }) => {
    const { verify, faults } = open(settings);
    expect(await verify(token)).toBeUndefined();
    expect(faults).toEqual([fault]);
  });

  it('of a visitor, even where both have one secret', async () => {
    const { verify, faults } = open();
    const { token } = await visitorTokens({ secret, now: () => start }).issue();
    expect(await verify(token)).toBeUndefined();
    expect(faults).toEqual(['type']);
  });

  it('anywhere else than in Authorization', () => {
    const { authenticate } = open();
    const token = handmade({ alg: 'HS256' }, good);
    for (const name of ['x-authorization', 'cookie', 'x-token', 'proxy-authorization'])
      expect(authenticate(showing(undefined, { [name]: `Bearer ${token}` }))).toBeUndefined();
    expect(authenticate(showing(undefined, { authorization: `Basic ${token}` }))).toBeUndefined();
  });
});

describe('wrong settings are told at the start', () => {
  const cases: readonly [name: string, settings: object, says: RegExp][] = [
    ['nothing', {}, /none is given. Give exactly one/],
    ['two sources', { secret, publicKey: 'x' }, /secret and publicKey are given. Give exactly one/],
    ['a short secret', { secret: 'short' }, /^secret: has 5 bytes: .* at least 32/],
    ['a secret without chance', { secret: 'a'.repeat(64) }, /fewer than 5 different bytes/],
    ['a second secret that is short', { secret: [secret, 'x'] }, /^secret\[1\]: has 1 bytes/],
    ['no secret in the list', { secret: [] }, /names 0 secrets/],
    ['too many secrets', { secret: Array.from({ length: 9 }, () => secret) }, /names 9 secrets/],
    ['a secret that is a number', { secret: 7 }, /is missing. Give a text or bytes/],
    [
      'an algorithm that is not the key’s',
      { secret, algorithms: ['RS256'] },
      /"RS256" would never be used: the keys given stand for HS256/,
    ],
    ['an algorithm none', { secret, algorithms: ['none'] }, /"none" would never be used/],
    ['no algorithms', { secret, algorithms: [] }, /must be a list/],
    ['a misspelt setting', { secret, audiance: 'pollux' }, /audiance: is not a setting/],
    ['an issuer that is no text', { secret, issuer: 7 }, /issuer: must be a text/],
    ['an empty audience', { secret, audience: '' }, /audience: must be a text/],
    [
      'a negative tolerance',
      { secret, clockTolerance: -1 },
      /clockTolerance: -1 is not usable. Give a whole number from 0 to 300/,
    ],
    ['a tolerance of a day', { secret, clockTolerance: 86_400 }, /from 0 to 300/],
    ['a tolerance that is NaN', { secret, clockTolerance: Number.NaN }, /NaN is not usable/],
    ['an endless cache', { secret, cachedTokens: Number.POSITIVE_INFINITY }, /cachedTokens: Infinity is not usable/],
  ];
  it.each(cases)('%s', (_name, settings, says) => {
    expect(() => authenticateTokens(settings as TokenSettings)).toThrow(says);
    expect(() => authenticateTokens(settings as TokenSettings)).not.toThrow(secret);
  });
});
