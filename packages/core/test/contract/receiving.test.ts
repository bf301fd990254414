/** What is received is held against the contract, by setting: a mismatch never reaches a handler, and the server hears of it. */
import { createCommunicationServer, createServlet } from '@pollux/core/server';
import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest';
import { type ContractClient, createCommunicationClient } from '../../src/client/index.ts';
import { checkBy } from '../../src/index.ts';
import { createLoopback } from '../../src/testing/loopback.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { contracts, withZod } from './kit.ts';

/** A page beside a server that knows no contract, and so lets everything pass. */
function setup(bodies: Readonly<Record<string, unknown>> = {}) {
  const clock = createManualClock();
  const server = createCommunicationServer({ applications: { crm: { fetchTargets: ['https://crm.example'] } }, clock });
  const loopback = createLoopback(createServlet({ server, authenticate: () => ({ recipient: 'alice' }) }));
  const client = createCommunicationClient({
    url: 'http://loopback/pollux',
    clock,
    fetch: async (input, init) => {
      const { pathname, host } = new URL(String(input));
      return host === 'crm.example' ? Response.json(bodies[pathname] ?? null) : loopback.fetch(input, init);
    },
  });
  onTestFinished(async () => {
    await client.close();
    await server.close({ drainSeconds: 0 });
  });
  const notify = (notification: object): unknown =>
    server.publish('crm', { to: { recipients: ['alice'] }, kind: 'direct', type: 'call.offered', ...notification });
  return { clock, server, client, notify };
}

describe.each(Object.entries(contracts))('with %s', (_, contract) => {
  it('a payload that is not as declared is kept from handlers and parked; the next one is handled', async () => {
    const { clock, server, client, notify } = setup();
    const seen: unknown[] = [];
    client.application(contract, { check: checkBy(contract) }).on('call.offered', ({ data }) => void seen.push(data));
    await notify({ data: { from: 'x' } });
    await notify({ data: { from: 'alice' } });
    await clock.advance(5000);
    expect(seen).toEqual([{ from: 'alice' }]);
    const [queue] = (await server.inspect.buffer.queues({ kind: 'recipient', name: 'alice' })).filter(({ parked }) => parked > 0);
    expect(queue).toMatchObject({ parked: 1, messages: 0 });
  });

  it('handlers of a fetch get what the schema made of the answer', async () => {
    const { clock, client, notify } = setup({
      '/api/orders/7': { id: '7', placed: '2026-11-27' },
      '/api/orders/8': { id: 8 },
    });
    const seen: unknown[] = [];
    const failures: string[] = [];
    const crm = client.application(contract, { check: checkBy(contract), fetchTargets: ['https://crm.example'] });
    crm.onFetch('order.changed', ({ data }) => void seen.push(data));
    crm.onError(({ reason }) => void failures.push(reason));
    await notify({ kind: 'fetch', type: 'order.changed', fetch: { href: 'https://crm.example/api/orders/7' } });
    await notify({ kind: 'fetch', type: 'order.changed', fetch: { href: 'https://crm.example/api/orders/8' } });
    await clock.advance(5000);
    expect(seen).toEqual([{ id: '7', placed: new Date('2026-11-27') }]);
    expect(failures).toEqual([expect.stringMatching(/^data\.(id|placed): ./)]);
  });
});

it('a type that is not declared is refused where a handler waits for it', async () => {
  const check = checkBy(withZod);
  const message = { id: 'm', cursor: 'c', acceptedMs: 0, kind: 'direct', data: 1 } as const;
  expect(await check({ ...message, type: 'toString' }, 1)).toBe('crm has no direct type "toString"');
  expect(await check({ ...message, type: 'order.changed' }, 1)).toBe('crm has no direct type "order.changed"');
  expect(await check({ ...message, type: 'call.ended' }, 1)).toBeUndefined();
});

it('a client by contract is typed by it', () => {
  const { client } = setup();
  const crm = client.application(withZod);
  expectTypeOf(crm).toEqualTypeOf<ContractClient<typeof withZod>>();
  crm.on('call.offered', ({ data }) => expectTypeOf(data.from).toBeString());
  crm.onFetch('order.changed', ({ data }) => expectTypeOf(data.placed).toEqualTypeOf<Date>());
  // @ts-expect-error Not a type of the contract.
  crm.on('call.lost', () => undefined);
});
