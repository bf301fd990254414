import { describe, expect, it } from 'vitest';
import { readSettings } from '../src/applications/shared/settings.ts';
import { readPortalSettings } from '../src/server/portal-settings.ts';

const good = { POLLUX_URL: 'http://127.0.0.1:4100/pollux/', POLLUX_KEY: 'k', PORTAL_ORIGIN: 'http://127.0.0.1:4110' };
const defaults = { port: 4111, traffic: 10 };

describe('settings of an application server', () => {
  it('takes the defaults and trims the address', () => {
    expect(readSettings({ ...good, TRAFFIC_SEED: '5' }, defaults)).toEqual({
      host: '127.0.0.1',
      port: 4111,
      polluxUrl: 'http://127.0.0.1:4100/pollux',
      polluxKey: 'k',
      portalOrigin: 'http://127.0.0.1:4110',
      traffic: 10,
      seed: 5,
    });
  });

  it.each([
    [{ POLLUX_KEY: '' }, /POLLUX_KEY is not set\. Set it to/],
    [{ POLLUX_URL: undefined }, /POLLUX_URL is not set/],
    [{ POLLUX_URL: 'localhost:4100' }, /POLLUX_URL is "localhost:4100", which is no http/],
    [{ PORTAL_ORIGIN: 'file:///x' }, /PORTAL_ORIGIN/],
    [{ PORT: '70000' }, /PORT is "70000"\. Set it to a whole number from 0 to 65535/],
    [{ TRAFFIC: 'much' }, /TRAFFIC is "much"/],
  ])('refuses %j', (wrong, words) => {
    expect(() => readSettings({ ...good, ...wrong }, defaults)).toThrow(words);
  });
});

describe('settings of the portal', () => {
  it('finds the demonstration by default', () => {
    expect(readPortalSettings({})).toMatchObject({ port: 4110, configuration: { orders: 'http://127.0.0.1:4112' } });
  });

  it.each([
    [{ PORT: 'x' }, /PORT/],
    [{ NEWS_URL: 'news' }, /NEWS_URL is "news"/],
  ])('refuses %j', (wrong, words) => {
    expect(() => readPortalSettings(wrong)).toThrow(words);
  });
});
