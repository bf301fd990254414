import { describe, expect, it } from 'vitest';
import { isFetchAllowed, parseFetchTargets, resolveFetch } from '../../src/protocol/fetch-target.ts';

const targets = parseFetchTargets([
  'https://ok.example',
  'https://part.example/orders',
  'http://127.0.0.1:4112',
  'https://[2001:db8::1]:8443',
  '/api/orders',
]);
const page = 'https://page.example';

const allowed: readonly (readonly [href: string, requested: string])[] = [
  ['https://ok.example', 'https://ok.example'],
  ['https://ok.example/', 'https://ok.example/'],
  ['https://ok.example/a/b.json', 'https://ok.example/a/b.json'],
  ['https://ok.example?since=1', 'https://ok.example?since=1'],
  ['https://ok.example/a?next=https://evil.example/../x//y', 'https://ok.example/a?next=https://evil.example/../x//y'],
  ['https://ok.example/caf%C3%A9', 'https://ok.example/caf%C3%A9'],
  ['https://ok.example/a@b', 'https://ok.example/a@b'],
  ['https://ok.example/...', 'https://ok.example/...'],
  ['https://ok.example/a/', 'https://ok.example/a/'],
  ['https://part.example/orders', 'https://part.example/orders'],
  ['https://part.example/orders/7', 'https://part.example/orders/7'],
  ['http://127.0.0.1:4112/orders/7', 'http://127.0.0.1:4112/orders/7'],
  ['https://[2001:db8::1]:8443/x', 'https://[2001:db8::1]:8443/x'],
  ['/api/orders', 'https://page.example/api/orders'],
  ['/api/orders/7?full=1', 'https://page.example/api/orders/7?full=1'],
  ['https://page.example/api/orders/7', 'https://page.example/api/orders/7'],
];

const refused: readonly string[] = [
  '',
  ' ',
  'orders/7',
  '?x=1',
  '#x',
  'https://evil.example/',
  'https://ok.example@evil.example/',
  'https://ok.example:pw@evil.example/',
  'https://user@ok.example/',
  'https://user:pw@ok.example/',
  'https://ok.example.evil.example/',
  'https://evil.example/https://ok.example/',
  'https://ok.examplee/',
  'https://ok.example./',
  'https://www.ok.example/',
  'https://OK.example/',
  'HTTPS://ok.example/',
  'http://ok.example/',
  'https://ok.example:443/',
  'https://ok.example:8443/',
  'https://ok.example:/',
  'https:/ok.example/',
  'https:ok.example/',
  'https:\\\\ok.example/',
  'https://ok.example\\@evil.example/',
  'https://ok.example\\evil',
  'https://ok.example%2f@evil.example/',
  'https://ok.example%00.evil.example/',
  'https://ok.example#@evil.example/',
  'https://ok.example/a#b',
  'https://оk.example/',
  'https://ok。example/',
  'https://xn--k-0tb.example/',
  '//ok.example/',
  '//evil.example/',
  '///evil.example/',
  '/\\evil.example/',
  '\\\\evil.example\\x',
  '\\/evil.example/',
  'javascript:alert(1)',
  'JavaScript:alert(1)',
  'java\tscript:alert(1)',
  'jav\nascript:alert(1)',
  '\u0001javascript:alert(1)',
  ' https://ok.example/',
  'https://ok.example/ ',
  'https://ok.example/a b',
  'ht\ntps://ok.example/',
  'https://ok.exam\tple/',
  'https://ok.example/\r\nHost: evil',
  'https://ok.example/\u0000',
  'https://ok.example/é',
  'data:text/html,x',
  'blob:https://ok.example/6f0c',
  'file:///etc/passwd',
  'ftp://ok.example/',
  'about:blank',
  'wss://ok.example/',
  'view-source:https://ok.example/',
  'https://[::ffff:127.0.0.1]:4112/',
  'http://127.1:4112/',
  'http://2130706433:4112/',
  'http://0x7f.0.0.1:4112/',
  'http://127.0.0.1:41120/',
  'http://127.0.0.1/',
  'http://localhost:4112/',
  'https://[2001:db8:0::1]:8443/x',
  'https://ok.example/a/../b',
  'https://ok.example/./b',
  'https://ok.example/..',
  'https://ok.example/a//b',
  'https://ok.example//evil.example',
  'https://ok.example/%2e%2e/b',
  'https://ok.example/.%2E/b',
  'https://ok.example/a%2fb',
  'https://ok.example/a%5Cb',
  'https://ok.example/a%252e%252e/b',
  'https://ok.example/a%00b',
  'https://ok.example/a%0d%0ab',
  'https://ok.example/%c0%ae%c0%ae/b',
  'https://ok.example/..;/b',
  'https://ok.example/.;x/b',
  'https://ok.example/%',
  'https://ok.example/%zz',
  'https://part.example/',
  'https://part.example/ordersx',
  'https://part.example/orders-old/7',
  'https://part.example/Orders/7',
  'https://part.example/orders/../admin',
  'https://part.example/%6frders/7',
  '/api',
  '/api/ordersx',
  '/api/orders/../users',
  '/api/orders/%2e%2e/users',
  '/api/orders\\..\\users',
  '/api//orders',
  '/other',
  'https://page.example/other',
  'https://page.example.evil.example/api/orders',
  `https://ok.example/${'a'.repeat(5000)}`,
];

describe('what a fetch instruction may name', () => {
  it.each(allowed)('allows %j', (href, requested) => {
    expect(resolveFetch(href, targets, page)).toBe(requested);
    // What a browser makes of it is what was compared.
    const parsed = new URL(requested);
    expect(parsed.href.startsWith(parsed.origin)).toBe(true);
    expect(requested.startsWith(parsed.origin)).toBe(true);
  });

  it.each(refused)('refuses %j', (href) => {
    expect(isFetchAllowed(href, targets, page)).toBe(false);
    expect(isFetchAllowed(href, targets)).toBe(false);
  });

  it('checks a path without a page, as the server does, and leaves it as it is', () => {
    expect(resolveFetch('/api/orders/7', targets)).toBe('/api/orders/7');
    expect(resolveFetch('https://page.example/api/orders/7', targets)).toBeUndefined();
  });

  it('lets an absolute path under a target of the page by its origin', () => {
    const own = parseFetchTargets([page]);
    expect(resolveFetch('/anything', own, page)).toBe('https://page.example/anything');
    expect(resolveFetch('/anything', own)).toBeUndefined();
  });

  it('never lets a path stand for another origin', () => {
    expect(resolveFetch('/orders/7', parseFetchTargets(['https://part.example']), page)).toBeUndefined();
  });

  it('fetches nothing where nothing is registered, and everything of the own origin under /', () => {
    expect(isFetchAllowed('/x', parseFetchTargets([]), page)).toBe(false);
    expect(isFetchAllowed('/x', parseFetchTargets(['/']), page)).toBe(true);
    expect(isFetchAllowed('https://evil.example/x', parseFetchTargets(['/']), page)).toBe(false);
    for (const href of ['', '?x', 'x', '//evil.example', 'https://evil.example']) {
      expect(isFetchAllowed(href, parseFetchTargets(['/']))).toBe(false);
    }
  });
});

describe('registering targets', () => {
  it.each([
    '',
    'orders',
    'ok.example',
    '*',
    'https://*.ok.example',
    'https://',
    'https:///x',
    'https://OK.example',
    'https://ok.example:443',
    'https://user@ok.example',
    'https://ok.example/a?x=1',
    'https://ok.example#a',
    'https://ok.example/../a',
    'https://ok.example//a',
    'https://ünicode.example',
    'http://127.1',
    'http://[::1',
    'http://ok.example:99999',
    'ftp://ok.example',
    'javascript:alert(1)',
    'data:,',
    'null',
    '//ok.example',
    '/a/../b',
    '/a%2fb',
    '/a b',
    '\\a',
  ])('refuses %j, naming it', (text) => {
    expect(() => parseFetchTargets(['https://fine.example', text])).toThrow(JSON.stringify(text));
  });
});
