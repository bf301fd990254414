/** The basic communication client in a real page, beside a real server: what a page of one tab gets of the promises. */
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, type Page, test } from '@playwright/test';
import { type CommunicationServer, createCommunicationServer } from '@pollux/core/server';
import { createNodeHandler } from '@pollux/node';

const script = new URL('../../packages/core/dist/client/basic/index.js', import.meta.url);

const page = `<!doctype html><title>Orders</title><link rel="icon" href="data:,"><script type="module">
  import { createBasicClient } from '/basic.js';
  window.seen = [];
  window.gaps = [];
  window.errors = [];
  const client = createBasicClient({ url: '/pollux', onError: (reason) => errors.push(reason) });
  client
    .application('orders', { fetchTargets: ['/orders/'] })
    .on('order.changed', ({ data }) => seen.push(data))
    .onFetch('order.opened', async (response) => seen.push(await response.json()))
    .onGap(({ losses }) => gaps.push(...losses.map(({ reason }) => reason)));
  client.application('calls').on('call', ({ data }) => {
    if (data === 'broken') throw new Error('no ring tone');
    seen.push(data);
  });
  window.leave = () => client.close();
</script>`;

/** A hub and the page's own server in one; it can be ended, and begun again on the same port with nothing in memory. */
class Site implements AsyncDisposable {
  polls = 0;
  held = 0;
  #hub: CommunicationServer | undefined;
  #http: Server | undefined;
  port = 0;

  get hub(): CommunicationServer {
    if (this.#hub === undefined) throw new Error('not begun');
    return this.#hub;
  }

  async begin(): Promise<void> {
    const applications = { orders: { fetchTargets: ['/orders/'] }, calls: {} };
    const server = createCommunicationServer({ applications });
    this.#hub = server;
    const handle = createNodeHandler({ server, authenticate: () => ({ recipient: 'alice' }) });
    const listener: RequestListener = async (request, response) => {
      if (request.url === '/pollux/poll') this.#count(response);
      if (handle(request, response)) return;
      if (request.url === '/basic.js') {
        response.setHeader('content-type', 'text/javascript').end(await readFile(script));
      } else if (request.url === '/orders/7') {
        response.setHeader('content-type', 'application/json').end('{"order":7}');
      } else {
        response.setHeader('content-type', 'text/html').end(page);
      }
    };
    const http = createServer(listener);
    this.#http = http;
    await new Promise<void>((done) => http.listen(this.port, '127.0.0.1', done));
    this.port = (http.address() as AddressInfo).port;
  }

  #count(response: { once(event: 'close', listener: () => void): unknown }): void {
    this.polls += 1;
    this.held += 1;
    response.once('close', () => {
      this.held -= 1;
    });
  }

  async end(): Promise<void> {
    await this.#hub?.close({ drainSeconds: 0 });
    this.#http?.closeAllConnections();
    await new Promise((done) => this.#http?.close(done));
  }

  tell(type: string, data: unknown, application = 'orders') {
    return this.hub.publish(application, { to: { recipients: ['alice'] }, kind: 'direct', type, data });
  }

  async waiting(): Promise<number> {
    return (await this.hub.inspect.buffer.totals()).messages;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end();
  }
}

async function begin(): Promise<Site> {
  const site = new Site();
  await site.begin();
  return site;
}

const told = (page: Page, what: 'seen' | 'gaps' | 'errors'): Promise<unknown[]> =>
  page.evaluate((name) => (window as unknown as Record<string, unknown[]>)[name] ?? [], what);

test('one request is held for two applications; messages come in order, once, and are acknowledged', async ({ page }) => {
  await using site = await begin();
  await page.goto(`http://127.0.0.1:${site.port}/`);
  await expect.poll(() => site.held).toBe(1);
  const numbers = Array.from({ length: 30 }, (_, n) => n);
  for (const n of numbers) await site.tell('order.changed', n);
  await expect.poll(() => told(page, 'seen')).toEqual(numbers);
  await expect.poll(() => site.waiting()).toBe(0);
  const before = site.polls;
  await page.waitForTimeout(1500);
  // Nothing is asked while nothing happens.
  expect([site.polls - before, site.held]).toEqual([0, 1]);
  expect(await told(page, 'errors')).toEqual([]);
});

test('a fetch message has the page ask its own server', async ({ page }) => {
  await using site = await begin();
  await page.goto(`http://127.0.0.1:${site.port}/`);
  const fetch = { href: '/orders/7' };
  await site.hub.publish('orders', { to: { recipients: ['alice'] }, kind: 'fetch', type: 'order.opened', fetch });
  await expect.poll(() => told(page, 'seen')).toEqual([{ order: 7 }]);
  await expect.poll(() => site.waiting()).toBe(0);
});

test('a handler that throws costs its own application one message, which the server is told of', async ({ page }) => {
  await using site = await begin();
  await page.goto(`http://127.0.0.1:${site.port}/`);
  for (const data of ['broken', 'whole']) await site.tell('call', data, 'calls');
  await site.tell('order.changed', 'paid');
  await expect.poll(async () => (await told(page, 'seen')).toSorted()).toEqual(['paid', 'whole']);
  await expect.poll(async () => (await site.hub.inspect.buffer.totals()).parked).toBe(1);
});

test('goes on after its server was ended and begun anew, and says what was lost', async ({ page }) => {
  await using site = await begin();
  await page.goto(`http://127.0.0.1:${site.port}/`);
  await site.tell('order.changed', 1);
  await expect.poll(() => told(page, 'seen')).toEqual([1]);
  await expect.poll(() => site.held).toBe(1);
  await site.end();
  await expect.poll(async () => (await told(page, 'errors')).length).toBeGreaterThan(0);
  await site.begin();
  await site.tell('order.changed', 2);
  await expect.poll(() => told(page, 'seen')).toEqual([1, 2]);
  expect(await told(page, 'gaps')).toContain('reset');
});

test('a page that was closed says goodbye, and nothing more is asked', async ({ page }) => {
  await using site = await begin();
  await page.goto(`http://127.0.0.1:${site.port}/`);
  await expect.poll(() => site.held).toBe(1);
  await page.evaluate(() => (window as unknown as { leave(): Promise<void> }).leave());
  await expect.poll(() => site.held).toBe(0);
  const before = site.polls;
  await page.waitForTimeout(1500);
  expect(site.polls).toBe(before);
});
