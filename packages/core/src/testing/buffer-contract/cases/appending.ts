/** Storing and reading back in order: protocol §1.6, §3.8, §3.10. */
import type { Address } from '../../../protocol/types.ts';
import { alice, aliceOrders, type BufferCase, entryOf, everybody, staff, textsOf } from '../scene.ts';

export const appending: readonly BufferCase[] = [
  {
    clause: '1.6',
    title: 'positions begin at 1, grow by one, and the outcomes stand in the order of the entries',
    run: async ({ put, expect }) => {
      const outcomes = [...(await put(['a', 'b'])), ...(await put(['c']))];
      expect(outcomes.map((outcome) => outcome.kind === 'stored' && outcome.position)).toEqual([1, 2, 3]);
      expect(new Set(outcomes.map((outcome) => outcome.kind === 'stored' && outcome.id)).size).toBe(3);
    },
  },
  {
    clause: '1.6',
    title: 'what was stored is read in order, as it was stored',
    run: async ({ put, reader, expect }) => {
      await put(['one', 'two'], { urgency: 'high', topic: undefined });
      await put(['three\u2028"\\'], { topic: 't', size: 77 });
      const reading = await reader('s').next();
      expect(textsOf(reading)).toEqual(['one', 'two', 'three\u2028"\\']);
      expect(reading.messages.map((message) => [message.position, message.urgency, message.topic, message.size])).toEqual([
        [1, 'high', undefined, 100],
        [2, 'high', undefined, 100],
        [3, 'normal', 't', 77],
      ]);
      expect([reading.after, reading.last, reading.more, reading.reset]).toEqual([0, 3, false, false]);
    },
  },
  {
    clause: '1.6',
    title: 'a message knows when it was accepted and when it expires',
    run: async ({ put, reader, expect }) => {
      await put(['m'], { ttlSeconds: 90 });
      const [message] = (await reader('s').next()).messages;
      expect((message?.expiresMs ?? 0) - (message?.acceptedMs ?? 0)).toBe(90_000);
    },
  },
  {
    clause: '3.10',
    title: 'reading takes nothing away',
    run: async ({ put, reader, expect }) => {
      await put([1, 2]);
      const one = reader('s');
      for (let i = 0; i < 3; i++) {
        one.seek(undefined);
        expect(textsOf(await one.next())).toEqual([1, 2]);
      }
    },
  },
  {
    clause: '3.10',
    title: 'reading goes on after the place asked for',
    run: async ({ put, reader, expect }) => {
      const one = reader('s');
      await put([1, 2]);
      expect(textsOf(await one.next())).toEqual([1, 2]);
      expect(textsOf(await one.next())).toEqual([]);
      await put([3]);
      expect(textsOf(await one.next())).toEqual([3]);
    },
  },
  {
    clause: '8.3',
    title: 'urgency reorders nothing',
    run: async ({ put, reader, expect }) => {
      for (const urgency of ['low', 'high', 'very-low', 'normal', 'high'] as const) await put([urgency], { urgency });
      expect(textsOf(await reader('s').next())).toEqual(['low', 'high', 'very-low', 'normal', 'high']);
    },
  },
  {
    clause: '8.1',
    title: 'reading stops after maxBytes, says more, and goes on from there',
    run: async ({ put, reader, expect }) => {
      await put([1, 2, 3, 4, 5]);
      const one = reader('s');
      const first = await one.next({ maxBytes: 250 });
      expect([textsOf(first), first.more, first.last]).toEqual([[1, 2], true, 5]);
      const second = await one.next({ maxBytes: 250 });
      expect([textsOf(second), second.more]).toEqual([[3, 4], true]);
      const third = await one.next({ maxBytes: 250 });
      expect([textsOf(third), third.more]).toEqual([[5], false]);
    },
  },
  {
    clause: '8.1',
    title: 'at least one message is read, however large',
    run: async ({ put, reader, expect }) => {
      await put([1, 2], { size: 5000 });
      const one = reader('s');
      expect(textsOf(await one.next({ maxBytes: 10 }))).toEqual([1]);
      expect(textsOf(await one.next({ maxBytes: 10 }))).toEqual([2]);
    },
  },
  {
    clause: '1.3',
    title: 'queues are told apart by kind, name and application, whatever they hold',
    run: async ({ buffer, reader, expect }) => {
      const names = [
        'a',
        'a:b',
        'a/b',
        'ra',
        'ga',
        'e',
        '__proto__',
        'constructor',
        '\u00e9',
        'e\u0301',
        'A',
        'a ',
        'a.',
        'everyone',
      ];
      const addresses: Address[] = [{ kind: 'everyone' }];
      for (const name of names) addresses.push({ kind: 'recipient', name }, { kind: 'group', name });
      const queues = addresses.flatMap((address) =>
        ['c', 'b-c', 'a', 'ab', 'b', 'a-b'].map((application) => ({ address, application })),
      );
      await buffer.append(queues.map((queue) => entryOf(JSON.stringify(queue), queue)));
      for (const queue of queues) expect(textsOf(await reader('s', queue).next({ newest: 9 }))).toEqual([JSON.stringify(queue)]);
    },
  },
  {
    clause: 'port',
    title: 'one exchange answers many queues, in the order asked, an empty one too',
    run: async ({ buffer, exchange, expect }) => {
      await buffer.append([
        entryOf('o'),
        entryOf('c', { application: 'calls' }),
        entryOf('g', { address: staff }),
        entryOf('e', { address: everybody }),
      ]);
      const asked = [
        { address: everybody, application: 'orders', newest: 5 },
        { address: alice, application: 'calls' },
        { address: alice, application: 'news' },
        { ...aliceOrders },
        { address: staff, application: 'orders', newest: 5 },
      ];
      const readings = await exchange({ queues: asked.map((queue) => ({ ...queue, handled: undefined, read: undefined })) });
      expect(readings.map(textsOf)).toEqual([['e'], ['c'], [], ['o'], ['g']]);
    },
  },
  {
    clause: 'port',
    title: 'appending nothing and asking for nothing are fine',
    run: async ({ buffer, exchange, expect }) => {
      expect([...(await buffer.append([]))]).toEqual([]);
      expect([...(await exchange({ queues: [] }))]).toEqual([]);
    },
  },
];
