/** Applications that leave the poll: what their handlers have done is acknowledged all the same. */

import { createCommunicationServer, createServlet } from '@pollux/core/server';
import { expect, it, onTestFinished } from 'vitest';
import { createCommunicationClient } from '../../src/client/index.ts';
import { createLoopback } from '../../src/testing/loopback.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { deferred } from './harness.ts';

it.each([
  ['in its handler', 0],
  ['while its handler is at work', 5000],
])('what was handled is acknowledged where the application leaves %s, and the rest stays', async (_name, ms) => {
  const clock = createManualClock();
  const server = createCommunicationServer({ applications: { orders: {}, calls: {} }, clock });
  const gone: string[] = [];
  server.observe((event) => {
    if (event.kind === 'removed') gone.push(...event.ids.map(() => event.reason));
  });
  const { fetch } = createLoopback(createServlet({ server, authenticate: () => ({ recipient: 'alice' }) }));
  const client = createCommunicationClient({ url: 'http://loopback/pollux', fetch, clock });
  onTestFinished(() => {
    void client.close();
    void server.close({ drainSeconds: 0 });
  });
  client.application('calls');
  const orders = client.application('orders');
  const seen: unknown[] = [];
  const work = deferred();
  orders.on('note', ({ data }) => {
    seen.push(data);
    orders.close();
    return ms > 0 ? work.promise : undefined;
  });
  for (const number of [1, 2]) {
    void server.application('orders').notify({ recipients: ['alice'] }, { kind: 'direct', type: 'note', data: number });
  }
  await clock.advance(ms + 100);
  work.resolve();
  await clock.advance(2000);
  expect(seen).toEqual([1]);
  expect(gone).toEqual(['acknowledged']);
  client.application('orders');
  await clock.advance(2000);
  expect(seen).toEqual([1, 2]);
  expect(gone).toEqual(['acknowledged', 'acknowledged']);
});
