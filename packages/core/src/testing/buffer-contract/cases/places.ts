/** Epochs, first places, and places that do not stand: protocol §1.7, §4.5 to §4.8, §4.10. */
import { type BufferCase, everybody, staff, textsOf } from '../scene.ts';

const foreign = { epoch: 'AAAAAAAAAAA', position: 1 };

export const places: readonly BufferCase[] = [
  {
    clause: '1.7',
    title: 'every queue has an epoch of its own, unguessable and lasting',
    run: async ({ put, reader, expect }) => {
      const epochs = new Set<string>();
      for (let n = 0; n < 50; n++) {
        await put([n], { address: { kind: 'recipient', name: `user ${n}` } });
        const one = reader('s', { address: { kind: 'recipient', name: `user ${n}` } });
        const { epoch } = await one.next();
        expect(epoch.length).toBeGreaterThanOrEqual(11);
        expect((await one.next()).epoch).toBe(epoch);
        epochs.add(epoch);
      }
      expect(epochs.size).toBe(50);
      expect(new Set([...epochs].map((epoch) => epoch.slice(0, 5))).size).toBe(50);
    },
  },
  {
    clause: '4.8',
    title: "a recipient's queue is first read from its oldest message",
    run: async ({ put, reader, expect }) => {
      await put([1, 2, 3]);
      expect(textsOf(await reader('s').next())).toEqual([1, 2, 3]);
    },
  },
  {
    clause: '4.8',
    title: 'a log is first read from now, or before its newest',
    run: async ({ put, reader, expect }) => {
      for (const address of [everybody, staff]) {
        await put([1, 2, 3], { address });
        const now = await reader('a', { address }).next();
        expect([textsOf(now), now.after, now.losses.length]).toEqual([[], 3, 0]);
        expect(textsOf(await reader('b', { address }).next({ newest: 2 }))).toEqual([2, 3]);
        expect(textsOf(await reader('c', { address }).next({ newest: 99 }))).toEqual([1, 2, 3]);
      }
    },
  },
  {
    clause: '4.5',
    title: 'a place of another epoch resets: nothing freed, reading from the oldest',
    run: async ({ put, reader, expect }) => {
      await put([1, 2]);
      const one = reader('s');
      one.seek(foreign);
      one.handle(foreign);
      const reading = await one.next();
      expect([reading.reset, textsOf(reading), reading.freed]).toEqual([true, [1, 2], 0]);
      expect(textsOf(await reader('other').next())).toEqual([1, 2]);
    },
  },
  {
    clause: '4.5',
    title: 'a place beyond the last position resets, and future messages are not lost by it',
    run: async ({ put, reader, expect }) => {
      await put([1]);
      const one = reader('s');
      const { epoch } = await one.next();
      for (const position of [2, 1000, Number.MAX_SAFE_INTEGER]) {
        one.seek({ epoch, position });
        one.handle({ epoch, position });
        const reading = await one.next();
        expect([position, reading.reset, textsOf(reading), reading.freed]).toEqual([position, true, [1], 0]);
      }
      await put([2, 3]);
      expect(textsOf(await reader('other').next())).toEqual([1, 2, 3]);
    },
  },
  {
    clause: '4.8',
    title: 'after a reset a log, too, is read from its oldest',
    run: async ({ put, reader, expect }) => {
      await put([1, 2], { address: everybody });
      const one = reader('s', { address: everybody });
      one.seek(foreign);
      const reading = await one.next();
      expect([reading.reset, textsOf(reading)]).toEqual([true, [1, 2]]);
    },
  },
  {
    clause: '4.6',
    title: 'a lower place reads again what is held, and frees nothing',
    run: async ({ put, reader, expect }) => {
      await put([1, 2, 3]);
      const one = reader('s');
      const { epoch } = await one.next();
      one.seek({ epoch, position: 1 });
      expect(textsOf(await one.next())).toEqual([2, 3]);
      one.handle({ epoch, position: 2 });
      expect((await one.next()).freed).toBe(2);
      one.handle({ epoch, position: 1 });
      expect((await one.next()).freed).toBe(0);
      expect(textsOf(await reader('other').next())).toEqual([3]);
    },
  },
  {
    clause: '4.7',
    title: 'with a limit nothing beyond it is acknowledged or skipped',
    run: async ({ put, reader, expect }) => {
      const holder = reader('holder');
      const { epoch } = await holder.next();
      await put([1, 2, 3]);
      const one = reader('s');
      one.seek({ epoch, position: 3 });
      one.handle({ epoch, position: 3 });
      const reading = await one.next({ limit: { epoch, position: 1 } });
      expect(textsOf(reading)).toEqual([2, 3]);
      await one.next();
      holder.handle({ epoch, position: 1 });
      holder.seek({ epoch, position: 1 });
      await holder.next();
      expect(textsOf(await reader('third').next())).toEqual([2, 3]);
    },
  },
  {
    clause: '4.10',
    title: 'read without handled frees nothing, also for a session that the queue has no place of',
    run: async ({ put, reader, expect }) => {
      await put([1, 2]);
      const one = reader('first');
      const { epoch } = await one.next();
      const back = reader('back');
      back.seek({ epoch, position: 2 });
      expect((await back.next()).freed).toBe(0);
      one.handle();
      await one.next();
      expect(textsOf(await reader('third').next())).toEqual([1, 2]);
    },
  },
  {
    clause: '4.6',
    title: 'a place within a hole is a place',
    run: async ({ buffer, put, putOne, reader, expect }) => {
      await put([1]);
      const id = await putOne(2);
      await put([3]);
      const one = reader('s');
      const { epoch } = await one.next();
      await buffer.take(id, { kind: 'withdraw' });
      one.seek({ epoch, position: 2 });
      const reading = await one.next();
      expect([reading.reset, textsOf(reading), reading.losses.length]).toEqual([false, [3], 0]);
    },
  },
  {
    clause: 'port',
    title: 'neither acknowledges nor skips beyond the limit',
    run: async ({ put, reader, expect }) => {
      const one = reader('s');
      await put([1, 2, 3]);
      await one.next();
      one.handle();
      const limit = { epoch: one.place?.epoch ?? '', position: 1 };
      expect(textsOf(await one.next({ limit }))).toEqual([2, 3]);
      expect(textsOf(await reader('other').next())).toEqual([2, 3]);
    },
  },
];
