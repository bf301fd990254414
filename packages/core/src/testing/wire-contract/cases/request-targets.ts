/** Targets that name nothing, and targets that throw in URL parsers: protocol §2.1, §2.2. */
import { problemOf } from '../answer.ts';
import type { Wire, WireCase } from '../wire.ts';

const absent: readonly string[] = [
  '',
  '/',
  '/nothing',
  '/poll/',
  '/poll/more',
  '/POLL',
  '/pol',
  '/pollx',
  '/applications',
  '/applications/orders',
  '/applications/orders/notifications/',
  '/applications//notifications',
  '/applications/orders/nothing',
  '/session',
  '/session/',
  '/health/',
  '/__proto__',
  '/constructor',
];

/** Targets that only a raw connection can carry. `BASE` stands for the base path. */
const hostile: readonly string[] = [
  '//',
  '///',
  '//BASE/poll',
  '/\\',
  '\\',
  '//[',
  '//[::',
  'http://',
  'http://[',
  'http://[::1',
  'http://user:pass@host:99999/BASE/poll',
  'https:',
  '*',
  '?',
  '#',
  '/%',
  '/%zz',
  'BASE/%',
  'BASE/%2e%2e/health',
  'BASE/../health',
  'BASE/./health',
  'BASE//health',
  'BASE/health%00',
  'BASE/health\\..',
  'BASE/applications/%E0%A4%A/notifications',
  'BASE/applications/%/notifications',
  'BASE/applications/orders/notifications/%',
  'BASE/applications/orders/notifications/%ff',
  'BASE/session/%c0%af',
  'BASE/applications/..%2forders/notifications',
  `BASE/${'a'.repeat(4000)}`,
  `BASE/${'/'.repeat(2000)}`,
  'BASE/health?%',
  'BASE/;a=b/health',
];

function requestText(wire: Wire, method: string, target: string, headers: Readonly<Record<string, string>> = {}): string {
  const basePath = new URL(wire.peer.baseUrl).pathname;
  const lines = Object.entries({ host: '127.0.0.1', connection: 'close', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `${method} ${target.replace('BASE', basePath)} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

function statusOf(text: string): number {
  return Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0);
}

function rawCase(target: string): WireCase {
  const shown = target.length > 60 ? `${target.slice(0, 40)}… (${target.length} characters)` : target;
  return {
    clause: '2.2',
    title: `the target ${JSON.stringify(shown)} gets an answer that is no 5xx, and the next request works`,
    needs: 'raw',
    run: async (wire) => {
      for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
        const status = statusOf(
          await wire.raw(requestText(wire, method, target, { ...wire.peer.authorization('alice'), 'content-length': '0' })),
        );
        wire.expect(status).toBeGreaterThanOrEqual(200);
        wire.expect(status).toBeLessThanOrEqual(499);
      }
      wire.expect((await wire.send('GET', '/health')).status).toBe(200);
    },
  };
}

export const requestTargets: readonly WireCase[] = [
  {
    clause: '2.2',
    title: 'a path that names no resource is 404 not-found',
    run: async ({ send, peer, expect }) => {
      for (const path of absent) {
        const answer = await send('GET', path, { headers: peer.authorization('alice') });
        expect([path, answer.status, problemOf(answer).code]).toEqual([path, 404, 'not-found']);
      }
    },
  },
  {
    clause: '2.1',
    title: 'a query changes nothing, and identifies nobody',
    run: async ({ send, expect }) => {
      expect((await send('GET', '/health?token=x&a=%zz')).status).toBe(200);
      const headers = { 'content-type': 'application/json' };
      const answer = await send('POST', '/poll?recipient=alice&authorization=Bearer+x', { headers, body: { applications: {} } });
      expect(answer.status).toBe(401);
    },
  },
  {
    clause: '2.1',
    title: 'percent-encoded segments are decoded once',
    run: async ({ publisher, client, send, peer, expect }) => {
      const odd = ['a/b', 'a%2Fb', 'a b', 'a?b', 'a#b', 'é😀', '..', '.', '%', 'a\\b'];
      for (const name of odd) await publisher().to(name, name);
      for (const name of odd.filter((candidate) => candidate !== '.' && candidate !== '..')) {
        const answer = await send('DELETE', `/applications/orders/recipients/${encodeURIComponent(name)}`, {
          headers: peer.publisher('orders'),
        });
        expect([name, answer.status]).toEqual([name, 200]);
        expect((await client(name).poll()).data('orders')).toEqual([]);
      }
      expect((await client('..').poll()).data('orders')).toEqual(['..']);
    },
  },
  ...hostile.map(rawCase),
];
