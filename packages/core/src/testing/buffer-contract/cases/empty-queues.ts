/** Queues without messages: protocol §6.6, §13.1. */
import { type BufferCase, storedOf, user } from '../scene.ts';

export const emptyQueues: readonly BufferCase[] = [
  {
    clause: '13.1',
    title: 'what is refused leaves no queue behind, however many addresses it was for',
    limits: { bufferBytes: 5000 },
    run: async ({ expect, put, buffer }) => {
      let stored = 0;
      for (let n = 0; n < 30; n++) {
        const [outcome] = await put(['m'], { address: { kind: 'recipient', name: `user${n}` }, size: 100 });
        if (outcome?.kind === 'stored') stored++;
      }
      const { addresses, queues, bytes } = await buffer.inspect.totals();
      expect({ addresses, queues }).toEqual({ addresses: stored, queues: stored });
      expect(bytes <= 5000 + 512).toBe(true);
    },
  },
  {
    clause: '13.1',
    title: 'empty queues count; those of visitors who came once and have gone do not keep a message out',
    limits: { bufferBytes: 50_000 },
    run: async ({ buffer, reader, putOne, pass, expect }) => {
      const known = reader('s');
      await putOne('kept');
      await known.next();
      const guest = reader('s', { address: user(0) });
      for (let n = 0; n < 200; n++) await reader('s', { address: user(n) }).next({ keepMs: 3000 });
      await guest.next({ keepMs: 3_600_000 });
      const full = await buffer.inspect.totals();
      expect([full.queues, full.bytes > 50_000]).toEqual([201, true]);
      await pass(1500);
      // A buffer in several places knows by now what all of them hold.
      await buffer.inspect.totals();
      await pass(4000);
      expect((await buffer.inspect.totals()).queues).toBeLessThanOrEqual(50);
      await putOne('at last', { address: user(1), size: 1000 });
      // Whoever is still there keeps an epoch, and so does a queue that was ever used.
      expect((await guest.next({ keepMs: 3_600_000 })).reset).toBe(false);
      expect((await known.next()).reset).toBe(false);
    },
  },
  {
    clause: '13.1',
    title: 'empty queues of visitors that were taken over, as from a file, do not keep a message out either',
    limits: { bufferBytes: 50_000, sessionSeconds: 2 },
    run: async ({ buffer, putOne, pass, expect }) => {
      for (let n = 0; n < 200; n++) await buffer.restore(storedOf(String(n).padStart(11, 'A'), { address: user(n) }));
      expect((await buffer.inspect.totals()).queues).toBe(200);
      await pass(1500);
      await buffer.inspect.totals();
      await pass(4000);
      expect((await buffer.inspect.totals()).queues).toBeLessThanOrEqual(50);
      await putOne('at last', { address: user(1), size: 1000 });
    },
  },
  {
    clause: '6.6',
    title: 'with room enough an empty queue is remembered, though its session has gone',
    run: async ({ reader, pass, expect }) => {
      const guest = reader('s');
      await guest.next({ keepMs: 1000 });
      await pass(4000);
      expect((await guest.next()).reset).toBe(false);
    },
  },
];
