/** Every bound has a defined answer: protocol §7.5, §7.6, §9.8, §13, §2.10. */
import { problemOf, type WireAnswer } from '../answer.ts';
import { notification } from '../publisher.ts';
import type { Wire, WireCase } from '../wire.ts';

function expectRetry(wire: Wire, answer: WireAnswer, status: number, code: string): void {
  wire.expect([answer.status, problemOf(answer).code]).toEqual([status, code]);
  wire.expect(answer.headers.get('retry-after') ?? '').toMatch(/^[1-9]\d*$/);
  wire.expect(Number(answer.headers.get('retry-after'))).toBe(Math.ceil(problemOf(answer).retryAfter ?? 0));
}

const text = (bytes: number): string => 'x'.repeat(bytes);

/** Fills alice's queue to its bound, and tells with how many messages. */
async function fill(wire: Wire, data: unknown, most: number): Promise<{ readonly stored: number; readonly refused: WireAnswer }> {
  for (let stored = 0; stored <= most; stored++) {
    const answer = await wire.publisher().send(notification({ data }));
    if (answer.status !== 202) return { stored, refused: answer };
  }
  throw new Error(`nothing was refused after ${most} messages`);
}

export const bounds: readonly WireCase[] = [
  {
    clause: '9.8',
    title: 'a message up to the bound is taken, a larger one is 413, and stores nothing',
    options: { limits: { messageBytes: 2000 } },
    run: async ({ client, publisher, expect }) => {
      expect((await publisher().send(notification({ data: text(1800) }))).status).toBe(202);
      const answer = await publisher().send(notification({ data: text(2100) }));
      expect([answer.status, problemOf(answer).code]).toEqual([413, 'message-too-large']);
      expect((await publisher().send(notification({ data: 'é'.repeat(1100) }))).status).toBe(413);
      expect((await client('alice').poll()).data('orders')).toEqual([text(1800)]);
    },
  },
  {
    clause: '2.5',
    title: 'a publish body beyond its bound is 413, whatever it holds',
    options: { limits: { publishBytes: 4000, messageBytes: 4000 } },
    run: async ({ client, publisher, expect }) => {
      for (const body of [
        notification({ data: text(5000) }),
        Array.from({ length: 100 }, () => notification({})),
        text(100_000),
      ]) {
        const answer = await publisher().send(body);
        expect([answer.status, problemOf(answer).code]).toEqual([413, 'payload-too-large']);
      }
      expect((await client('alice').poll()).data('orders')).toEqual([]);
    },
  },
  {
    clause: '2.5',
    title: 'a poll body beyond its bound is 413',
    options: { limits: { pollBytes: 1000 } },
    run: async ({ client, expect }) => {
      const answer = await client('alice').send({ body: { pad: text(1000) } });
      expect([answer.status, problemOf(answer).code]).toEqual([413, 'payload-too-large']);
      expect((await client('alice').poll()).status).toBe(200);
    },
  },
  {
    clause: '13.1',
    title: 'more recipients than one notification may name are refused together',
    options: { limits: { publishRecipients: 3 } },
    run: async ({ client, publisher, expect }) => {
      const answer = await publisher().send(notification({ to: { recipients: ['alice', 'b', 'c', 'd'] } }));
      expect([answer.status, problemOf(answer).code, problemOf(answer).field]).toEqual([
        413,
        'payload-too-large',
        'to.recipients',
      ]);
      expect((await publisher().send(notification({ to: { recipients: ['a', 'b', 'c'] } }))).status).toBe(202);
      expect((await client('alice').poll()).data('orders')).toEqual([]);
    },
  },
  {
    clause: '9.8',
    title: 'a full queue refuses exactly at its bound, loses nothing before it, and accepts again after an acknowledgement',
    options: { limits: { queueMessages: 5 } },
    run: async (wire) => {
      const { stored, refused } = await fill(wire, 'm', 10);
      wire.expect(stored).toBe(5);
      expectRetry(wire, refused, 429, 'queue-full');
      const alice = wire.client('alice');
      wire.expect((await alice.poll()).data('orders').length).toBe(5);
      alice.handle();
      await alice.poll();
      wire.expect((await wire.publisher().send(notification({ data: 'again' }))).status).toBe(202);
      const polled = await alice.poll();
      wire.expect([polled.data('orders'), polled.gap('orders')]).toEqual([['again'], undefined]);
    },
  },
  {
    clause: '9.8',
    title: 'a queue is bounded by bytes, too',
    options: { limits: { queueBytes: 10_000 } },
    run: async (wire) => {
      const { stored, refused } = await fill(wire, text(900), 20);
      wire.expect(stored).toBeGreaterThanOrEqual(7);
      wire.expect(stored).toBeLessThanOrEqual(11);
      expectRetry(wire, refused, 429, 'queue-full');
      wire.expect((await wire.client('alice').poll()).data('orders').length).toBe(stored);
    },
  },
  {
    clause: '9.8',
    title: 'drop-oldest takes the newest, drops the oldest, and tells',
    options: { applications: { orders: { overflow: 'drop-oldest' } }, limits: { queueMessages: 3 } },
    run: async ({ client, publisher, expect }) => {
      const alice = client('alice');
      await alice.poll();
      for (let i = 1; i <= 5; i++) await publisher().to('alice', i);
      const polled = await alice.poll();
      expect([polled.data('orders'), polled.losses('orders')]).toEqual([[3, 4, 5], [['overflow', 2]]]);
    },
  },
  {
    clause: '9.8',
    title: 'a full address refuses, and other recipients are not concerned',
    options: { limits: { addressBytes: 20_000, queueBytes: 15_000 } },
    run: async (wire) => {
      await wire.publisher('calls').to('alice', ...Array.from({ length: 10 }, () => text(1000)));
      const { refused } = await fill(wire, text(1000), 20);
      expectRetry(wire, refused, 429, 'address-full');
      wire
        .expect((await wire.publisher().send(notification({ to: { recipients: ['bob'] }, data: text(1000) }))).status)
        .toBe(202);
    },
  },
  {
    clause: '9.8',
    title: 'a full server refuses with 503, keeps what it took, and accepts again when drained',
    options: { limits: { bufferBytes: 20_000 } },
    run: async (wire) => {
      const { stored, refused } = await fill(wire, text(1000), 40);
      expectRetry(wire, refused, 503, 'buffer-full');
      const alice = wire.client('alice');
      wire.expect((await alice.drain('orders')).length).toBe(stored);
      await alice.poll();
      wire
        .expect((await wire.publisher().send(notification({ to: { recipients: ['bob'] }, data: text(1000) }))).status)
        .toBe(202);
    },
  },
  {
    clause: '9.8',
    title: 'a flooded application costs only itself',
    options: { limits: { queueMessages: 3 } },
    run: async (wire) => {
      await fill(wire, 'flood', 10);
      wire.expect((await wire.publisher('calls').send(notification({ data: 'fine' }))).status).toBe(202);
      wire.expect((await wire.client('alice', 'orders', 'calls').poll()).data('calls')).toEqual(['fine']);
    },
  },
  {
    clause: '7.5',
    title: 'a recipient with all its sessions gets 429 for another, and none is evicted',
    options: { limits: { sessionsPerRecipient: 2 } },
    run: async (wire) => {
      const first = wire.client('alice');
      await first.poll();
      await wire.client('alice').poll();
      expectRetry(wire, await wire.client('alice').send(), 429, 'too-many-sessions');
      wire.expect((await first.poll()).status).toBe(204);
      wire.expect((await wire.client('bob').poll()).status).toBe(200);
      await first.goodbye();
      wire.expect((await wire.client('alice').poll()).status).toBe(200);
    },
  },
  {
    clause: '7.5',
    title: 'a server with all its sessions gets 503 for another',
    options: { limits: { sessions: 2 } },
    run: async (wire) => {
      const alice = wire.client('alice');
      await alice.poll();
      await wire.client('bob').poll();
      expectRetry(wire, await wire.client('carol').send(), 503, 'server-full');
      wire.expect((await alice.poll()).status).toBe(204);
    },
  },
  {
    clause: '7.6',
    title: 'past the held polls of a recipient a poll is answered at once, with a longer interval',
    options: { limits: { heldPollsPerRecipient: 1 } },
    run: async (wire) => {
      const first = wire.client('alice');
      const second = wire.client('alice');
      await first.poll();
      await second.poll();
      const held = first.poll({ wait: 20 });
      wire.expect(await wire.isPending(held)).toBe(true);
      const crowded = await second.poll({ wait: 20 });
      wire.expect(crowded.status).toBe(200);
      wire.expect(crowded.body.advice?.interval ?? 0).toBeGreaterThanOrEqual(1);
      wire.expect(await wire.isPending(held)).toBe(true);
      await wire.publisher().to('alice', 1);
      wire.expect((await held).data('orders')).toEqual([1]);
    },
  },
  {
    clause: '7.6',
    title: 'past the held polls of the server a poll is answered at once, not refused',
    options: { limits: { heldPolls: 1 } },
    run: async (wire) => {
      const alice = wire.client('alice');
      const bob = wire.client('bob');
      await alice.poll();
      await bob.poll();
      const held = alice.poll({ wait: 20 });
      wire.expect(await wire.isPending(held)).toBe(true);
      wire.expect((await bob.poll({ wait: 20 })).body.advice?.interval ?? 0).toBeGreaterThanOrEqual(1);
      await wire.publisher().to('alice', 1);
      await held;
      const again = bob.poll({ wait: 20 });
      wire.expect(await wire.isPending(again)).toBe(true);
      await wire.publisher().to('bob', 1);
      wire.expect((await again).data('orders')).toEqual([1]);
    },
  },
  {
    clause: '13.1',
    title: 'more groups than a session may have are refused',
    options: { limits: { groupsPerSession: 2 } },
    run: async ({ clientWith, expect }) => {
      expect((await clientWith('alice', { groups: ['a', 'b'] }).poll()).status).toBe(200);
      const answer = await clientWith('alice', { groups: ['a', 'b', 'c'] }).send();
      expect([answer.status, problemOf(answer).code]).toEqual([400, 'invalid-field']);
    },
  },
];
