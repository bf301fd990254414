import { describe, expect, it } from 'vitest';
import { signTokens, type VisitorSettings, visitorTokens } from '../src/index.ts';
import { exchanged, handmade, otherSecret, secret, showing } from './tokens-by-hand.ts';

const start = 1_700_000_000_000;
const day = 86_400_000;

function open(settings: Partial<VisitorSettings> = {}) {
  const clock = { nowMs: start };
  return { clock, visitors: visitorTokens({ secret, now: () => clock.nowMs, ...settings }) };
}

describe('visitors', () => {
  it('have a random recipient of their own for 30 days', async () => {
    const { visitors, clock } = open();
    const { token, recipient, expires } = await visitors.issue();
    expect(expires * 1000).toBe(start + 30 * day);
    expect(recipient).toMatch(/^visitor\.[\w-]{22}$/);
    expect(await visitors.authenticate(showing(token))).toEqual({ recipient, expiresMs: expires * 1000 });
    clock.nowMs = start + 30 * day - 1000;
    expect(await visitors.authenticate(showing(token))).toMatchObject({ recipient });
    clock.nowMs = start + 30 * day + 1000;
    expect(await visitors.authenticate(showing(token))).toBeUndefined();
  });

  it('are never alike', async () => {
    const { visitors } = open();
    const all = await Promise.all(Array.from({ length: 200 }, () => visitors.issue()));
    expect(new Set(all.map(({ recipient }) => recipient)).size).toBe(200);
  });

  it('get the groups and applications of the settings, whatever a token says', async () => {
    const { visitors } = open({ groups: ['visitors'], applications: ['support'] });
    const { token, recipient } = await visitors.issue();
    expect(await visitors.authenticate(showing(token))).toMatchObject({
      recipient,
      groups: ['visitors'],
      applications: ['support'],
    });
  });

  it('may keep their token in a cookie, where the host says which', async () => {
    const { visitors } = open({ cookie: '__Host-visitor' });
    const { token, recipient } = await visitors.issue();
    const asked = (cookie: string) => visitors.authenticate(showing(undefined, { cookie }));
    expect(await asked(`a=b; __Host-visitor=${token}; c=d`)).toMatchObject({ recipient });
    expect(await asked(`x__Host-visitor=${token}`)).toBeUndefined();
    expect(await asked(`__Host-visitor=${token}; __Host-visitor=${token}x`)).toBeUndefined();
    expect(await open().visitors.authenticate(showing(undefined, { cookie: `__Host-visitor=${token}` }))).toBeUndefined();
  });

  it('stay who they are while the secret is exchanged', async () => {
    const { token, recipient } = await open().visitors.issue();
    const { visitors } = open({ secret: [otherSecret, secret] });
    expect(await visitors.authenticate(showing(token))).toMatchObject({ recipient });
    const next = await visitors.issue();
    expect(await open({ secret: otherSecret }).visitors.authenticate(showing(next.token))).toMatchObject({
      recipient: next.recipient,
    });
  });

  it('are nobody with a changed, foreign, or a user’s token', async () => {
    const { visitors } = open();
    const { token, recipient, expires } = await visitors.issue();
    const claims = { sub: recipient, exp: expires };
    const user = await signTokens({ secret, now: () => start })({ recipient, ttl: 60 });
    const wrong = [
      exchanged(token, { ...claims, sub: `visitor.${'a'.repeat(22)}` }),
      handmade({ alg: 'HS256', typ: 'visitor+jwt' }, claims, 'sha256', otherSecret),
      handmade({ alg: 'HS256', typ: 'visitor+jwt' }, { sub: 'alice', exp: expires }),
      handmade({ alg: 'HS256', typ: 'visitor+jwt' }, { sub: recipient }),
      handmade({ alg: 'HS512', typ: 'visitor+jwt' }, claims, 'sha512'),
      user.token,
      'garbage',
      'x'.repeat(2000),
    ];
    for (const each of wrong) expect(await visitors.authenticate(showing(each))).toBeUndefined();
    expect(await visitors.authenticate(showing(undefined))).toBeUndefined();
  });

  it.each([
    [{ secret: 'short' }, /secret: has 5 bytes/],
    [{ days: 0 }, /days: 0 is not usable/],
    [{ days: 1.5 }, /whole number from 1 to 400/],
    [{ cookie: 'a b' }, /cannot name a cookie/],
    [{ groups: [''] }, /groups: must be a list of names/],
    [{ applications: ['*'] }, /applications: must be a list of application names/],
    [{ day: 3 }, /day: is not a setting/],
  ])('wrong settings are told at the start: %j', (settings, says) => {
    expect(() => visitorTokens({ secret, ...settings } as VisitorSettings)).toThrow(says);
  });
});
