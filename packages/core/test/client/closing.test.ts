/** A client that is closed by whoever is told what it does. */
import { expect, it } from 'vitest';
import type { ClientEvent } from '../../src/client/index.ts';
import { setup } from './harness.ts';

const shown =
  (state: string) =>
  (event: ClientEvent): boolean =>
    event.kind === 'state' && event.state === state;

it.each([
  ['it connects', shown('connecting')],
  ['it is connected', shown('connected')],
  ['it waits', shown('waiting')],
  ['a request is sent', ({ kind }: ClientEvent) => kind === 'request'],
  ['a request failed', ({ kind }: ClientEvent) => kind === 'request-failed'],
  ['advice came', ({ kind }: ClientEvent) => kind === 'advice'],
])('is over when it is closed as %s', async (_name, isDue) => {
  let isClosed = false;
  const { client, clock, server } = setup({
    observe: (event) => {
      if (isClosed || !isDue(event)) return;
      isClosed = true;
      void client.close();
    },
  });
  client.application('orders');
  await clock.advance(0);
  server.open[0]?.answer(200, { session: 's_1', advice: { wait: 5 } });
  await clock.settle();
  for (const poll of server.open) poll.fail();
  await clock.advance(10_000);
  const count = server.sent.length;
  await clock.advance(100_000);
  expect(isClosed).toBe(true);
  expect(client.state).toBe('stopped');
  expect(server.sent).toHaveLength(count);
  expect(clock.pending).toBe(0);
});
