import { createHmac } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createTokens, type TokenFault } from '../../src/identity/tokens.ts';
import { secret } from '../support/good-configuration.ts';

const start = 1_700_000_000_000;

function open(configuration: { issuer?: string; audience?: string } = {}) {
  const clock = { nowMs: start };
  const faults: TokenFault[] = [];
  const tokens = createTokens(
    { secret, ...configuration },
    (fault) => faults.push(fault),
    () => clock.nowMs,
  );
  return { tokens, clock, faults };
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** A token made by hand, signed with any hash. */
function handmade(header: object, claims: object, hash = 'sha256', key = secret): string {
  const content = `${base64url(header)}.${base64url(claims)}`;
  return `${content}.${createHmac(hash, key).update(content).digest('base64url')}`;
}

const exp = start / 1000 + 60;
const good = { sub: 'alice', exp };

describe('a good token', () => {
  it('says who it is for, until when', async () => {
    const { tokens } = open();
    const { token, expires } = await tokens.mint({ recipient: 'alice', groups: ['sales'], applications: ['orders'], ttl: 60 });
    expect(expires).toBe(exp);
    expect(await tokens.verify(token)).toEqual({
      recipient: 'alice',
      groups: ['sales'],
      applications: ['orders'],
      expiresMs: exp * 1000,
    });
  });

  it('is checked once and then known, until it ends', async () => {
    const { tokens, clock, faults } = open();
    const { token } = await tokens.mint({ recipient: 'alice', ttl: 60 });
    const first = await tokens.verify(token);
    expect(tokens.verify(token)).toBe(first);
    clock.nowMs = exp * 1000 + 5001;
    expect(await tokens.verify(token)).toBeUndefined();
    expect(faults).toEqual(['expired']);
  });

  it('made by another library is accepted; without applications it may poll all', async () => {
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('bob')
      .setExpirationTime(exp)
      .sign(Buffer.from(secret));
    expect(await open().tokens.verify(token)).toEqual({ recipient: 'bob', expiresMs: exp * 1000 });
  });

  it('is tolerated for 5 seconds after its end, for clocks that differ', async () => {
    const { tokens, clock } = open();
    clock.nowMs = exp * 1000 + 4000;
    expect(await tokens.verify(handmade({ alg: 'HS256' }, good))).toMatchObject({ recipient: 'alice' });
  });
});

describe('a token is not accepted', () => {
  const cases: { name: string; token: string; fault: TokenFault; with?: { issuer?: string; audience?: string } }[] = [
    { name: 'that has expired', token: handmade({ alg: 'HS256' }, { sub: 'a', exp: start / 1000 - 6 }), fault: 'expired' },
    { name: 'of algorithm none', token: `${base64url({ alg: 'none' })}.${base64url(good)}.`, fault: 'algorithm' },
    { name: 'of algorithm NONE with a signature', token: handmade({ alg: 'NONE' }, good), fault: 'algorithm' },
    { name: 'of HS512 with the right secret', token: handmade({ alg: 'HS512' }, good, 'sha512'), fault: 'algorithm' },
    { name: 'of RS256', token: handmade({ alg: 'RS256' }, good), fault: 'algorithm' },
    { name: 'signed with another secret', token: handmade({ alg: 'HS256' }, good, 'sha256', `${secret}!`), fault: 'signature' },
    {
      name: 'that was changed',
      token: handmade({ alg: 'HS256' }, good).replace(base64url(good), base64url({ ...good, sub: 'root' })),
      fault: 'signature',
    },
    { name: 'without its signature', token: handmade({ alg: 'HS256' }, good).replace(/[^.]*$/, ''), fault: 'signature' },
    { name: 'without an end', token: handmade({ alg: 'HS256' }, { sub: 'alice' }), fault: 'claim' },
    { name: 'without a recipient', token: handmade({ alg: 'HS256' }, { exp }), fault: 'claim' },
    { name: 'with an empty recipient', token: handmade({ alg: 'HS256' }, { sub: '', exp }), fault: 'claim' },
    { name: 'with a recipient of control characters', token: handmade({ alg: 'HS256' }, { sub: 'a\nb', exp }), fault: 'claim' },
    { name: 'with a recipient that is no text', token: handmade({ alg: 'HS256' }, { sub: 7, exp }), fault: 'malformed' },
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
    { name: 'of four parts', token: 'a.b.c.d', fault: 'malformed' },
    { name: 'that is much too long', token: `${'a'.repeat(9000)}.b.c`, fault: 'too-long' },
  ];
  it.each(cases)('$name', async ({ token, fault, with: configuration }) => {
    const { tokens, faults } = open(configuration ?? {});
    expect(await tokens.verify(token)).toBeUndefined();
    expect(faults).toEqual([fault]);
  });
});
