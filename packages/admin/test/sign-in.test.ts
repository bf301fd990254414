import { describe, expect, it } from 'vitest';
import { parsePasswordHash, verifyPassword } from '../src/auth/password.ts';
import { createThrottle } from '../src/auth/throttle.ts';
import { hashPassword } from '../src/index.ts';
import { openAdmin, password } from './support/open-admin.ts';

const json = { 'content-type': 'application/json' };

describe('signing in', () => {
  it('gives an HttpOnly, SameSite=Strict cookie for the base path, and no Secure over plain HTTP', async () => {
    await using admin = await openAdmin({ admin: { basePath: '/console' } });
    const answer = await admin.send('/console/trpc/session.login', {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ name: 'admin', password }),
    });
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']?.[0]).toMatch(
      /^pollux_admin_\d+=[\w-]{43}; Path=\/console\/; HttpOnly; SameSite=Strict$/,
    );
    expect(answer.body).not.toContain(password);
  });

  it('marks the cookie Secure behind an origin of https', async () => {
    await using admin = await openAdmin({ admin: { origins: ['https://admin.example'] } });
    const headers = { ...json, host: 'admin.example' };
    const answer = await admin.send('/trpc/session.login', {
      method: 'POST',
      headers,
      body: JSON.stringify({ name: 'admin', password }),
    });
    expect(answer.headers['set-cookie']?.[0]).toContain('; Secure');
  });

  it('stands at each of several ports of one host, whose cookies a browser keeps together', async () => {
    await using first = await openAdmin();
    await using second = await openAdmin();
    const jar = new Map<string, string>();
    for (const admin of [first, second]) {
      const [name = '', value = ''] = (await admin.signIn('operator')).split('=');
      jar.set(name, value);
    }
    const cookie = [...jar].map((pair) => pair.join('=')).join('; ');
    for (const admin of [first, second])
      expect((await admin.send('/trpc/session.me', { headers: { cookie } })).body).toContain('"role":"operator"');
  });

  it('says who one is, and forgets it at sign-out on the server as well', async () => {
    await using admin = await openAdmin();
    const cookie = await admin.signIn('operator');
    expect((await admin.send('/trpc/session.me', { headers: { cookie } })).body).toContain('"role":"operator"');
    const out = await admin.send('/trpc/session.logout', { method: 'POST', headers: { ...json, cookie } });
    expect(out.headers['set-cookie']?.[0]).toContain('Max-Age=0');
    expect((await admin.send('/trpc/session.me', { headers: { cookie } })).body).not.toContain('operator');
    expect((await admin.send('/trpc/stats.snapshot', { headers: { cookie } })).status).toBe(401);
  });

  it('answers a wrong password and an unknown name alike, and writes both to the audit without the password', async () => {
    await using admin = await openAdmin();
    const bodies: string[] = [];
    for (const name of ['admin', 'nobody']) {
      const answer = await admin.send('/trpc/session.login', {
        method: 'POST',
        headers: json,
        body: JSON.stringify({ name, password: 'wrong password' }),
      });
      expect(answer.status).toBe(401);
      bodies.push(answer.body);
    }
    expect(bodies[0]).toBe(bodies[1]);
    expect(admin.audit.map(({ action, name, result }) => ({ action, name, result }))).toEqual([
      { action: 'login', name: 'admin', result: 'refused' },
      { action: 'login', name: 'nobody', result: 'refused' },
    ]);
    expect(JSON.stringify(admin.audit)).not.toContain('wrong password');
  });

  it('slows guessing down, also of the right password', async () => {
    await using admin = await openAdmin();
    const attempt = (guess: string) =>
      admin.send('/trpc/session.login', {
        method: 'POST',
        headers: json,
        body: JSON.stringify({ name: 'admin', password: guess }),
      });
    for (let index = 0; index < 5; index += 1) await attempt('wrong password');
    const late = await attempt(password);
    expect(late.status).toBe(429);
    expect(late.body).toMatch(/"retryAfter":[1-9]/);
    expect(admin.audit.at(-1)?.result).toMatch(/^throttled/);
  });
});

describe('the throttle', () => {
  it('doubles the wait, up to five minutes, and forgets after an hour', () => {
    let now = 0;
    const throttle = createThrottle(() => now);
    for (let index = 0; index < 5; index += 1) throttle.failed(['a']);
    expect(throttle.waitSeconds(['a'])).toBe(2);
    expect(throttle.waitSeconds(['b'])).toBe(0);
    throttle.failed(['a']);
    expect(throttle.waitSeconds(['b', 'a'])).toBe(4);
    for (let index = 0; index < 20; index += 1) throttle.failed(['a']);
    expect(throttle.waitSeconds(['a'])).toBe(300);
    now += 3_600_001;
    throttle.failed(['a']);
    expect(throttle.waitSeconds(['a'])).toBe(0);
  });

  it('lets nobody wait longer because the clock was set back', () => {
    let now = 1e12;
    const throttle = createThrottle(() => now);
    for (let index = 0; index < 6; index += 1) throttle.failed(['a']);
    now -= 86_400_000;
    expect(throttle.waitSeconds(['a'])).toBe(4);
    now += 4000;
    expect(throttle.waitSeconds(['a'])).toBe(0);
  });

  it('stays bounded under a flood of names', () => {
    const throttle = createThrottle(() => 0);
    for (let index = 0; index < 30_000; index += 1) throttle.failed([`name:${index}`]);
    for (let index = 0; index < 6; index += 1) throttle.failed(['name:last']);
    expect(throttle.waitSeconds(['name:last'])).toBeGreaterThan(0);
  });
});

describe('password hashes', () => {
  it('verify what they were made of, with a salt of their own', async () => {
    const [first, second] = [await hashPassword('correct horse'), await hashPassword('correct horse')];
    expect(first).not.toBe(second);
    expect(await verifyPassword('correct horse', first)).toBe(true);
    expect(await verifyPassword('correct horsf', first)).toBe(false);
    await expect(hashPassword('short')).rejects.toThrow('at least 8');
  });

  it.each(['', 'plain', 'scrypt:1024:8:1:AAAAAAAAAAAAAAAAAAAAAA:x', `scrypt:30000:8:1:${'A'.repeat(22)}:${'A'.repeat(43)}`])(
    'refuse %j',
    (text) => {
      expect(parsePasswordHash(text)).toBeUndefined();
    },
  );
});
