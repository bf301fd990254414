import { gzipSync } from 'node:zlib';
import type { RequestView } from '@pollux/core/server';
import compression from 'compression';
import { describe, expect, it, vi } from 'vitest';
import { createExpressHandler } from '../src/index.ts';
import { firstPoll, notify, post, startCommunication, startHost, versions } from './host.ts';

vi.setConfig({ testTimeout: 30_000 });

const authenticate = () => ({ recipient: 'alice' });
const authorizePublisher = () => ({ applications: ['orders'] });
const notification = { to: { recipients: ['alice'] }, kind: 'direct', type: 'text', data: { n: [1, 'é', null] } };

/** The text that a stream brings, up to and with something. */
async function readUntil(response: Response, wanted: string): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
    text += decoder.decode(next.value, { stream: true });
    if (text.includes(wanted)) return text;
  }
  throw new Error(`The stream ended without ${wanted}: ${text}`);
}

describe.each(versions)('behind the middleware of a host on %s', (_name, express) => {
  it.each([
    ['express.json()', express.json()],
    ['express.json() and others', [express.json(), express.urlencoded({ extended: true })]],
    ['express.text() for everything', express.text({ type: () => true })],
    ['express.raw() for everything', express.raw({ type: () => true })],
  ])('%s has read the body: polls and publishes are taken as they are', async (_parser, parser) => {
    const server = startCommunication();
    await using host = await startHost(
      express().use(parser).use('/pollux', createExpressHandler({ server, authenticate, authorizePublisher })),
    );
    const published = await post(`${host.url}/pollux/applications/orders/notifications`, notification);
    expect(published.status).toBe(202);
    const polled = (await (await post(`${host.url}/pollux/poll`, firstPoll)).json()) as {
      readonly applications: { readonly orders: { readonly messages: readonly { readonly data: unknown }[] } };
    };
    expect(polled.applications.orders.messages.map(({ data }) => data)).toEqual([notification.data]);
    expect((await post(`${host.url}/pollux/poll`, '{"applications":7}')).status).toBe(400);
  });

  it('that reads the body and keeps it for itself: the request is refused, and not left waiting', async () => {
    const app = express()
      .use((request, _response, next) => void request.resume().on('end', () => next()))
      .use('/pollux', createExpressHandler({ server: startCommunication(), authenticate }));
    await using host = await startHost(app);
    const answer = await post(`${host.url}/pollux/poll`, firstPoll, { connection: 'close' });
    expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining('The host read the body')]);
  });

  it('bounds, depth and encodings hold all the same after express.json()', async () => {
    const server = startCommunication();
    const json = express.json({ limit: '1mb', strict: false });
    await using host = await startHost(express().use(json).use('/pollux', createExpressHandler({ server, authenticate })));
    const url = `${host.url}/pollux/poll`;
    expect((await post(url, { ...firstPoll, pad: 'x'.repeat(70_000) })).status).toBe(413);
    expect((await post(url, `${'['.repeat(40)}${']'.repeat(40)}`)).status).toBe(400);
    expect((await post(url, '"text"')).status).toBe(400);
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const zipped = await fetch(url, { method: 'POST', headers, body: new Uint8Array(gzipSync(JSON.stringify(firstPoll))) });
    expect(zipped.status).toBe(415);
    expect((await post(url, firstPoll)).status).toBe(200);
  });

  it('streams get through compression() event by event', async () => {
    const server = startCommunication();
    await using host = await startHost(
      express()
        .use(compression({ threshold: 0 }))
        .use('/pollux', createExpressHandler({ server, authenticate })),
    );
    const headers = { 'accept-encoding': 'gzip, deflate, br' };
    const response = await fetch(`${host.url}/pollux/stream?app=orders`, { headers });
    expect([response.status, response.headers.get('content-encoding')]).toEqual([200, null]);
    await readUntil(response, '"session"');
    await server.close();
  });

  it('streams get through even middleware that compresses whatever comes, since each event is flushed', async () => {
    const server = startCommunication();
    const app = express()
      .use(compression({ threshold: 0 }))
      .use((_request, response, next) => {
        const { setHeader } = response;
        // A host that strips what forbids the compression.
        response.setHeader = (name, value) =>
          setHeader.call(response, name, name.toLowerCase() === 'cache-control' ? 'no-store' : value);
        next();
      })
      .use('/pollux', createExpressHandler({ server, authenticate }));
    await using host = await startHost(app);
    const response = await fetch(`${host.url}/pollux/stream?app=orders`, { headers: { 'accept-encoding': 'gzip' } });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    setTimeout(() => notify(server, 'through'), 50);
    expect(await readUntil(response, 'through')).toContain('"session"');
    await server.close();
  });

  it('a host that answers while it is found out who asks leaves no stream behind', async () => {
    const server = startCommunication();
    let known = (): void => undefined;
    const slowly = () =>
      new Promise<{ recipient: string }>((resolve) => {
        known = () => resolve({ recipient: 'alice' });
      });
    const app = express()
      .use((_request, response, next) => {
        next();
        response.status(503).end();
      })
      .use('/pollux', createExpressHandler({ server, authenticate: slowly }));
    await using host = await startHost(app);
    expect((await fetch(`${host.url}/pollux/stream?app=orders`)).status).toBe(503);
    known();
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.inspect.totals()).toMatchObject({ heldPolls: 0, sessions: 0 });
  });

  it('a host that ends a stream has it ended, and what is published afterwards harms nobody', async () => {
    const server = startCommunication();
    let end = (): void => undefined;
    const app = express()
      .use((_request, response, next) => {
        end = () => void response.end();
        next();
      })
      .use('/pollux', createExpressHandler({ server, authenticate }));
    await using host = await startHost(app);
    const stream = await fetch(`${host.url}/pollux/stream?app=orders`);
    await expect.poll(() => server.inspect.totals().heldPolls).toBe(1);
    end();
    notify(server, 'late');
    await stream.text();
    await expect.poll(() => server.inspect.totals()).toMatchObject({ heldPolls: 0, sessions: 0 });
  });

  it("trust proxy: authenticate sees the caller's address as Express makes it out", async () => {
    const seen: unknown[] = [];
    const look = ({ native }: RequestView) => {
      const { ip, protocol, hostname } = native as { readonly ip: string; readonly protocol: string; readonly hostname: string };
      seen.push([ip, protocol, hostname]);
      return { recipient: 'alice' };
    };
    const app = express();
    app.set('trust proxy', 'loopback');
    app.use('/pollux', createExpressHandler({ server: startCommunication(), authenticate: look }));
    await using host = await startHost(app);
    const forwarded = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'pages.example' };
    expect((await post(`${host.url}/pollux/poll`, firstPoll, forwarded)).status).toBe(200);
    expect(seen).toEqual([['203.0.113.7', 'https', 'pages.example']]);
  });
});
