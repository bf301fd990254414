/** A page of the full communication client, its own server and a communication server, all in one, with faults on demand. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Limits } from '@pollux/core';
import { type CommunicationServer, createCommunicationServer } from '@pollux/core/server';
import { createNodeHandler } from '@pollux/node';

const scripts = new URL('../../packages/core/dist/client/', import.meta.url);

/**
 * What the page does is in its address: `apps` names its applications (`calls!` for one tab alone, `news:3` for the last 3),
 * `client` and `application` the options of these as JSON. A message's data says how its handler behaves: `throw`, `hang`,
 * `slow`.
 */
const page = `<!doctype html><title>Client</title><link rel="icon" href="data:,"><script type="module">
  import { createCommunicationClient } from '/client.js';
  const query = new URLSearchParams(location.search);
  const { token, ...options } = JSON.parse(query.get('client') ?? '{}');
  const applicationOptions = JSON.parse(query.get('application') ?? '{}');
  window.tokens = 0;
  const getToken = () => token + ':' + ++tokens;
  // What a former life of the page saw is kept.
  window.seen = JSON.parse(sessionStorage.seen ?? '[]');
  window.gaps = [];
  window.failed = [];
  window.events = [];
  window.active = new Set();
  window.client = createCommunicationClient({
    url: '/pollux',
    observe: (event) => events.push(event),
    ...(token && { getToken }),
    ...options,
  });
  window.join = (word) => {
    const [, name, last, one] = /^([a-z]+)(?::(\\d+))?(!)?$/.exec(word);
    const application = client.application(name, {
      deliver: one ? 'one-tab' : 'every-tab',
      fetchTargets: ['/api/'],
      ...(last && { last: Number(last) }),
      ...applicationOptions,
    });
    const handle = async (data) => {
      if (data === 'throw') throw new Error('thrown');
      if (data === 'hang') await new Promise(() => undefined);
      if (String(data).startsWith('slow')) await new Promise((done) => setTimeout(done, 1500));
      seen.push(name + ' ' + data);
      sessionStorage.seen = JSON.stringify(seen);
    };
    application.on('note', ({ data }) => handle(data));
    application.onFetch('fetch', ({ data }) => handle(data));
    application.onGap(({ losses }) => gaps.push(...losses.map(({ reason }) => name + ' ' + reason)));
    application.onStatus(({ state }) => active[state === 'active' ? 'add' : 'delete'](name));
    application.onError(({ reason }) => failed.push(reason));
  };
  for (const word of (query.get('apps') ?? 'orders').split(',')) if (word) join(word);
</script>`;

/** Answers a request in the place of the site; tells whether it did. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Polls get this, so many times. */
export function answerPolls(times: number, answer: (response: ServerResponse) => void): Fault {
  let left = times;
  return (request, response) => {
    if (request.url !== '/pollux/poll' || left-- <= 0) return false;
    answer(response);
    return true;
  };
}

export class ClientSite implements AsyncDisposable {
  /** Polls and streams that are open, and all there were. */
  held = 0;
  polls = 0;
  fault: Fault | undefined;
  /** Paths that the page fetched because of messages. */
  readonly fetched: string[] = [];
  port = 0;
  readonly #script: string;
  readonly #page: string;
  readonly #limits: Partial<Limits>;
  #hub: CommunicationServer | undefined;
  #http: Server | undefined;

  /** @param script the page's client, of those that core publishes */
  constructor(script = 'index.js', html = page, limits: Partial<Limits> = {}) {
    this.#script = script;
    this.#page = html;
    this.#limits = limits;
  }

  get hub(): CommunicationServer {
    if (this.#hub === undefined) throw new Error('not begun');
    return this.#hub;
  }

  at(host = '127.0.0.1'): string {
    return `http://${host}:${this.port}`;
  }

  /** The address of a page. */
  page(apps = 'orders', client: object = {}, application: object = {}, host?: string): string {
    const query = { apps, client: JSON.stringify(client), application: JSON.stringify(application) };
    return `${this.at(host)}/?${new URLSearchParams(query)}`;
  }

  async begin(): Promise<this> {
    const applications = { orders: { fetchTargets: ['/api/'] }, calls: {}, news: {} };
    const hub = createCommunicationServer({ applications, limits: this.#limits });
    this.#hub = hub;
    const http = createServer();
    await new Promise<void>((done) => http.listen(this.port, '127.0.0.1', done));
    this.port = (http.address() as AddressInfo).port;
    const handle = createNodeHandler({
      server: hub,
      // The same machine by another name is another origin.
      origins: [this.at('localhost')],
      authenticate: (request) => {
        const bearer = /Bearer (\w+)/.exec(request.header('authorization') ?? '');
        const [, name] = bearer ?? /user=(\w+)/.exec(request.header('cookie') ?? '') ?? [];
        return { recipient: name ?? 'alice' };
      },
    });
    http.on('request', async (request, response) => {
      if (request.method === 'POST' && request.url === '/pollux/poll') this.#count(response);
      if (this.fault?.(request, response) || handle(request, response)) return;
      const { pathname } = new URL(request.url ?? '/', this.at());
      if (pathname === '/client.js')
        response.setHeader('content-type', 'text/javascript').end(await readFile(new URL(this.#script, scripts)));
      else if (pathname.startsWith('/api/')) {
        this.fetched.push(pathname);
        response.setHeader('content-type', 'application/json').end(JSON.stringify(pathname.slice(5)));
      } else
        response
          .setHeader('content-type', 'text/html')
          .end(pathname === '/' ? this.#page : '<!doctype html><title>Other</title>');
    });
    this.#http = http;
    return this;
  }

  #count(response: ServerResponse): void {
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

  tell(data: unknown, application = 'orders', recipient = 'alice') {
    return this.hub.publish(application, { to: { recipients: [recipient] }, kind: 'direct', type: 'note', data });
  }

  tellAll(data: unknown, application = 'news') {
    return this.hub.publish(application, { to: { everyone: true }, kind: 'direct', type: 'note', data });
  }

  tellToFetch(href: string, more: object = {}) {
    const to = { recipients: ['alice'] };
    return this.hub.publish('orders', { to, kind: 'fetch', type: 'fetch', fetch: { href, ...more } });
  }

  /** Messages that wait for a recipient. */
  async waiting(): Promise<number> {
    return (await this.hub.inspect.buffer.totals()).messages;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end();
  }
}
