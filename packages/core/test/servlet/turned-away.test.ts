/** A publisher that may not leaves a trace: the audit line of T8. */
import type { ServerEvent } from '@pollux/core/server';
import { defaultPeerOptions, type LoopbackPeer, openLoopbackPeer } from '@pollux/core/testing';
import { expect, it } from 'vitest';

const notification = { to: { recipients: ['alice'] }, kind: 'direct', type: 't', data: 1 };

async function publishAs(peer: LoopbackPeer, application: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const response = await peer.loopback.fetch(`${peer.baseUrl}/applications/${application}/notifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(notification),
  });
  return response.status;
}

it('401 and 403 are told as refused, counted for the application', async () => {
  await using peer = openLoopbackPeer(defaultPeerOptions());
  const events: ServerEvent[] = [];
  peer.server.observe((event) => events.push(event), ['refused']);
  expect(await publishAs(peer, 'orders', {})).toBe(401);
  expect(await publishAs(peer, 'orders', peer.publisher('calls'))).toBe(403);
  expect(await publishAs(peer, 'orders', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })).toBe(403);
  expect(events).toEqual(
    ['unauthenticated', 'forbidden', 'origin-not-allowed'].map((code) => ({
      kind: 'refused',
      atMs: expect.any(Number),
      application: 'orders',
      code,
    })),
  );
  expect(peer.server.inspect.applications().find(({ name }) => name === 'orders')).toMatchObject({ refused: 3, accepted: 0 });
});

it('a name that nobody registered is not written anywhere', async () => {
  await using peer = openLoopbackPeer(defaultPeerOptions());
  const events: ServerEvent[] = [];
  peer.server.observe((event) => events.push(event));
  expect(await publishAs(peer, 'made-up', {})).toBe(401);
  expect(await publishAs(peer, 'made-up', peer.publisher('made-up'))).toBe(404);
  expect(events).toEqual([]);
  expect(peer.server.inspect.totals().refused).toBe(0);
});
