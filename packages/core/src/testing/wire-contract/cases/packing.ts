/** Fair answers of bounded size: protocol §8.1, §8.2. */
import type { WireCase } from '../wire.ts';

const small = { limits: { responseBytes: 4000 } };
const blob = (n: number): string => `${n} `.padEnd(700, 'x');
const blobs = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => blob(n));

export const packing: readonly WireCase[] = [
  {
    clause: '8.1',
    title: 'an answer stays near its bound, says more, and the rest follows in order without loss',
    options: small,
    run: async ({ client, publisher, expect }) => {
      await publisher().to('alice', ...blobs(40));
      const alice = client('alice');
      const seen: unknown[] = [];
      let polls = 0;
      for (let more: unknown = true; more === true; polls++) {
        const polled = await alice.poll();
        alice.handle();
        expect(polled.answer.text.length).toBeLessThanOrEqual(4000 + 2000);
        seen.push(...polled.data('orders'));
        more = polled.body.more;
      }
      expect(seen).toEqual(blobs(40));
      expect(polls).toBeGreaterThanOrEqual(7);
      expect((await alice.poll()).status).toBe(204);
    },
  },
  {
    clause: '8.1',
    title: 'the section that has more says so, the others do not',
    options: small,
    run: async ({ client, publisher, expect }) => {
      await publisher('orders').to('alice', ...blobs(20));
      await publisher('calls').to('alice', 'short');
      const polled = await client('alice', 'orders', 'calls').poll();
      const more = (name: string): unknown => (polled.section(name) as { readonly more?: unknown } | undefined)?.more;
      expect([polled.body.more, more('orders'), more('calls')]).toEqual([true, true, undefined]);
    },
  },
  {
    clause: '8.1',
    title: 'a message larger than an answer is delivered alone',
    options: { limits: { responseBytes: 1000 } },
    run: async ({ client, publisher, expect }) => {
      const large = 'y'.repeat(20_000);
      await publisher().to('alice', 1, large, 2);
      expect(await client('alice').drain('orders')).toEqual([1, large, 2]);
    },
  },
  {
    clause: '8.2',
    title: 'a flooding application does not keep a quiet one out of an answer',
    options: small,
    run: async ({ client, publisher, expect }) => {
      await publisher('orders').to('alice', ...blobs(60));
      const alice = client('alice', 'orders', 'calls');
      await alice.poll();
      alice.handle();
      await publisher('calls').to('alice', 'quiet');
      expect((await alice.poll()).data('calls')).toEqual(['quiet']);
    },
  },
  {
    clause: '8.2',
    title: 'a flood of high messages leaves a share to the rest',
    options: small,
    run: async ({ client, publisher, expect }) => {
      await publisher('orders').direct({ recipients: ['alice'] }, blobs(60), { urgency: 'high' });
      await publisher('calls').direct({ recipients: ['alice'] }, ['quiet'], { urgency: 'very-low' });
      const alice = client('alice', 'orders', 'calls');
      const seen: unknown[] = [];
      for (let i = 0; i < 3; i++) {
        const polled = await alice.poll();
        alice.handle();
        seen.push(...polled.data('calls'));
      }
      expect(seen).toEqual(['quiet']);
    },
  },
  {
    clause: '8.2',
    title: 'high messages come in the first answer although others wait since longer',
    options: small,
    run: async ({ client, publisher, expect }) => {
      await publisher('orders').to('alice', ...blobs(30));
      await publisher('calls').direct({ recipients: ['alice'] }, [blob(1), blob(2)], { urgency: 'high' });
      expect((await client('alice', 'orders', 'calls').poll()).data('calls')).toEqual([blob(1), blob(2)]);
    },
  },
  {
    clause: '8.2',
    title: 'two floods share the answers about equally',
    options: small,
    run: async ({ client, publisher, expect }) => {
      for (const name of ['orders', 'calls']) await publisher(name).to('alice', ...blobs(30));
      const alice = client('alice', 'orders', 'calls');
      const counts = { orders: 0, calls: 0 };
      for (let i = 0; i < 6; i++) {
        const polled = await alice.poll();
        alice.handle();
        for (const name of ['orders', 'calls'] as const) counts[name] += polled.data(name).length;
      }
      expect(Math.abs(counts.orders - counts.calls)).toBeLessThanOrEqual(3);
      expect(Math.min(counts.orders, counts.calls)).toBeGreaterThanOrEqual(8);
    },
  },
  {
    clause: '8.1',
    title: 'a cut answer cuts no queue in the middle: own, group and everyone messages all come',
    options: small,
    run: async ({ clientWith, publisher, expect }) => {
      const alice = clientWith('alice', { groups: ['g'] });
      await alice.poll();
      await publisher().to('alice', ...blobs(10).map((text) => `own ${text}`));
      await publisher().direct(
        { group: 'g' },
        blobs(10).map((text) => `group ${text}`),
      );
      await publisher().direct(
        { everyone: true },
        blobs(10).map((text) => `all ${text}`),
      );
      const seen = (await alice.drain('orders')) as readonly string[];
      for (const kind of ['own', 'group', 'all']) {
        const mine = seen.filter((text) => text.startsWith(`${kind} `));
        expect(mine.map((text) => Number(text.split(' ')[1]))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      }
      expect(seen.length).toBe(30);
    },
  },
];
