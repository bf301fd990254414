/** The handler on a `node:https` server of the host's own, with and without its class of requests. */
import { readFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type CommunicationServer, createCommunicationServer } from '@pollux/core/server';
import { afterEach, describe, expect, it } from 'vitest';
import { closeIdleConnections } from '../src/idle-connections.ts';
import { applyServerLimits, createNodeHandler, DirectRequest } from '../src/index.ts';

const fromHere = (file: string) => readFile(new URL(`./certificate/${file}`, import.meta.url));

let end: (() => Promise<void>) | undefined;
afterEach(() => end?.());

async function start(
  more: object,
  limit: (server: Server) => void = applyServerLimits,
): Promise<{ readonly server: CommunicationServer; readonly port: number; readonly ca: Buffer }> {
  // Made for these tests alone; it names this machine and proves nothing.
  const [key, cert] = await Promise.all([fromHere('key.pem'), fromHere('certificate.pem')]);
  const server = createCommunicationServer({ applications: { orders: {} } });
  const handle = createNodeHandler({ server, authenticate: () => ({ recipient: 'alice' }) });
  const https = createServer({ key, cert, ...more }, (incoming, response) => {
    if (!handle(incoming, response)) response.writeHead(404).end();
  });
  limit(https);
  await new Promise<void>((done) => https.listen(0, '127.0.0.1', done));
  end = async () => {
    await server.close({ drainSeconds: 0 });
    https.closeAllConnections();
    await new Promise((done) => https.close(done));
  };
  return { server, port: (https.address() as AddressInfo).port, ca: cert };
}

interface Answer {
  readonly session: string;
  readonly applications: {
    readonly orders: { readonly cursor: string; readonly messages: readonly { readonly data: unknown }[] };
  };
}

type Started = Awaited<ReturnType<typeof start>>;

function poll({ port, ca }: Started, body: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const sent = request({ port, ca, host: '127.0.0.1', path: '/pollux/poll', method: 'POST', headers }, (response) => {
      text(response).then((answer) => resolve(JSON.parse(answer)), reject);
    });
    sent.once('error', reject);
    sent.end(JSON.stringify(body));
  });
}

/** What a poll brings that was held for so long before there was something. */
async function heldFor(started: Started, ms: number): Promise<readonly unknown[]> {
  const { session, applications } = await poll(started, { applications: { orders: { cursor: null } } });
  const { cursor } = applications.orders;
  const held = poll(started, { session, seq: 1, wait: 20, applications: { orders: { cursor } } });
  await new Promise((done) => setTimeout(done, ms));
  const notification = { kind: 'direct', type: 'note', data: 'hello' } as const;
  await started.server.application('orders').notify({ recipients: ['alice'] }, notification);
  return (await held).applications.orders.messages.map(({ data }) => data);
}

describe.each([
  ['as it is', {}],
  ['with DirectRequest', { IncomingMessage: DirectRequest }],
])('a server of the host, %s', (_, more) => {
  it('answers, holds and delivers', async () => {
    expect(await heldFor(await start(more), 50)).toEqual(['hello']);
  });

  it('does not take a connection with a held poll for an idle one', async () => {
    const started = await start(more, (server) => closeIdleConnections(server, 200, 50));
    expect(await heldFor(started, 1000)).toEqual(['hello']);
  });
});
