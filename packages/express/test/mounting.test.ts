import { describe, expect, it, vi } from 'vitest';
import { createExpressHandler } from '../src/index.ts';
import { firstPoll, post, startCommunication, startHost, versions } from './host.ts';

vi.setConfig({ testTimeout: 30_000 });

const authenticate = () => ({ recipient: 'alice' });

describe.each(versions)('mounting on %s', (_name, express) => {
  const handler = (basePath?: string) =>
    createExpressHandler({ server: startCommunication(), authenticate, ...(basePath !== undefined && { basePath }) });

  it.each(['/', '/pollux', '/a/b/c', '/with.dots-and_more~'])('answers under the mount path %s', async (path) => {
    await using host = await startHost(express().use(path, handler()));
    const base = `${host.url}${path === '/' ? '' : path}`;
    expect((await post(`${base}/poll`, firstPoll)).status).toBe(200);
    expect((await fetch(`${base}/health?a=b`)).status).toBe(200);
    expect((await post(`${base}/nothing`, {})).status).toBe(404);
  });

  it('answers in a router in a router, and under a path with parameters', async () => {
    const inner = express.Router().use('/pollux', handler());
    const app = express().use('/tenants/:tenant', express.Router().use('/v1', inner));
    await using host = await startHost(app);
    expect((await post(`${host.url}/tenants/7/v1/pollux/poll`, firstPoll)).status).toBe(200);
  });

  it('answers in an application that is mounted in another', async () => {
    await using host = await startHost(express().use('/inner', express().use('/pollux', handler())));
    expect((await post(`${host.url}/inner/pollux/poll`, firstPoll)).status).toBe(200);
  });

  it("leaves the host's paths to the host, untouched", async () => {
    const app = express()
      .use(handler('/pollux'))
      .get('/polluxx', (_request, response) => void response.send('host'))
      .use(
        (_request: unknown, response: { status(code: number): { send(text: string): unknown } }) =>
          void response.status(404).send('nobody'),
      );
    await using host = await startHost(app);
    const foreign = await fetch(`${host.url}/polluxx`);
    expect([foreign.status, await foreign.text(), foreign.headers.get('x-powered-by')]).toEqual([200, 'host', 'Express']);
    expect(await (await fetch(`${host.url}/`)).text()).toBe('nobody');
    const own = await fetch(`${host.url}/pollux/health`);
    expect([own.status, own.headers.get('x-powered-by')]).toEqual([200, null]);
    const absent = await fetch(`${host.url}/pollux/nothing`);
    expect([absent.status, absent.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
  });

  it("answers for what fails in the host's own authenticate, and does not pass it on", async () => {
    const passedOn: unknown[] = [];
    const failing = createExpressHandler({
      server: startCommunication(),
      authenticate: () => {
        throw new Error('the secret of the session store');
      },
    });
    const app = express()
      .use('/pollux', failing)
      .use((failure: unknown, _request: unknown, _response: unknown, next: (failure: unknown) => void) => {
        passedOn.push(failure);
        next(failure);
      });
    await using host = await startHost(app);
    const response = await post(`${host.url}/pollux/poll`, firstPoll);
    const text = await response.text();
    expect([response.status, text.includes('secret'), passedOn]).toEqual([500, false, []]);
  });
});
