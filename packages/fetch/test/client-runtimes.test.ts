/** The communication client outside browsers: on real Deno, real Bun and Node, against a server on Node. */
import { type ServerType, serve } from '@hono/node-server';
import { type CommunicationServer, createCommunicationServer } from '@pollux/core/server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createFetchHandler } from '../src/index.ts';
import { type VisitReport, visit } from './runtimes/client-visit.ts';
import { startBun, startDeno } from './runtimes/programs.ts';
import type { RunningProgram } from './runtimes/start.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let hub: CommunicationServer;
let http: ServerType;
let origin = '';
/** So many polls are still to fail. */
let faults = 0;

/** A communication server and an application's own server in one; its address is known before its settings. */
async function open(): Promise<void> {
  let answer = async (_request: Request): Promise<Response> => new Response(null, { status: 503 });
  const port = await new Promise<number>((done) => {
    http = serve({ fetch: (request) => answer(request), port: 0, hostname: '127.0.0.1' }, (address) => done(address.port));
  });
  origin = `http://127.0.0.1:${port}`;
  hub = createCommunicationServer({ applications: { orders: { fetchTargets: [`${origin}/api`] } } });
  const pollux = createFetchHandler({
    server: hub,
    authenticate: (request) => {
      const [, recipient] = /^Bearer (.+)$/.exec(request.header('authorization') ?? '') ?? [];
      return recipient === undefined ? undefined : { recipient };
    },
  });
  answer = async (request) => {
    if (!pollux.matches(request)) return Response.json(new URL(request.url).pathname);
    return request.url.endsWith('/poll') && faults-- > 0 ? new Response(null, { status: 502 }) : pollux(request);
  };
}

beforeAll(open);
afterAll(async () => {
  await hub.close({ drainSeconds: 0 });
  http.close();
});

const to = { recipients: ['alice'] };
const tell = (data: unknown) => hub.publish('orders', { to, kind: 'direct', type: 'note', data });
const waiting = async () => (await hub.inspect.buffer.totals()).messages;

/** Fails the client's first polls, and publishes when it is there. */
async function publishAll(): Promise<void> {
  faults = 2;
  await vi.waitFor(() => expect(hub.inspect.sessions({ limit: 1 }).total).toBe(1), { timeout: 30_000 });
  for (let number = 1; number <= 20; number++) await tell(number);
  await hub.publish('orders', { to, kind: 'fetch', type: 'changed', fetch: { href: `${origin}/api/7` } });
  await tell('end');
}

const numbers = Array.from({ length: 20 }, (_, index) => index + 1);

function check(report: VisitReport): void {
  expect(report.seen).toEqual([...numbers, '/api/7', 'end']);
  expect(report.gaps).toBe(0);
  expect(report.states).toContain('connected');
  expect(report.states.at(-1)).toBe('stopped');
}

describe.each(['deno', 'bun', 'node'])('the communication client on %s', (runtime) => {
  let program: RunningProgram | undefined;
  beforeAll(async () => {
    if (runtime === 'deno') program = await startDeno({ visit: true });
    if (runtime === 'bun') program = await startBun({ visit: true });
  });
  afterAll(() => program?.stop());

  const run = async (mode: 'stream' | 'long-poll'): Promise<VisitReport> => {
    if (program === undefined) return visit(origin, mode);
    const response = await fetch(`http://127.0.0.1:${program.port}/?${new URLSearchParams({ origin, mode })}`);
    return (await response.json()) as VisitReport;
  };

  it.each(['long-poll', 'stream'] as const)(
    'gets everything once and in order by %s, acknowledges it and says goodbye',
    async (mode) => {
      const [, report] = await Promise.all([publishAll(), run(mode)]);
      check(report);
      await vi.waitFor(async () => expect(await waiting()).toBe(0));
      expect(hub.inspect.sessions({ limit: 1 }).total).toBe(0);
    },
  );
});
