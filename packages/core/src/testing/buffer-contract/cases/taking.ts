/** Looking one message up, parking, withdrawing, purging, erasing: protocol §6.4, §6.8, §10. */
import { alice, aliceOrders, type BufferCase, everybody, lossesOf, textsOf } from '../scene.ts';

const absent: readonly string[] = [
  '',
  'x',
  '__proto__',
  'AAAAAAAAAAA1',
  'AAAAAAAAAAAzzzzzzzzzz',
  'A'.repeat(5000),
  '\u0000',
  'é',
];

export const taking: readonly BufferCase[] = [
  {
    clause: '10.1',
    title: 'find tells a pending message, its queue, place, and whether a session is known to have been sent it',
    run: async ({ buffer, putOne, reader, expect }) => {
      const one = reader('s');
      const { epoch } = await one.next();
      const id = await putOne('m');
      const look = async (): Promise<unknown> => {
        const found = await buffer.find(id);
        return found?.state === 'pending' && [found.queue, found.place, found.sent];
      };
      expect(await look()).toEqual([aliceOrders, { epoch, position: 1 }, false]);
      // A reading may never have reached the session; that it reads on from there shows that it did.
      await one.next();
      expect(await look()).toEqual([aliceOrders, { epoch, position: 1 }, false]);
      await one.next();
      expect(await look()).toEqual([aliceOrders, { epoch, position: 1 }, true]);
    },
  },
  {
    clause: '10.1',
    title: 'find tells that some session acknowledged a message, also after that has gone',
    run: async ({ buffer, putOne, reader, expect }) => {
      const quick = reader('quick');
      await quick.next();
      await reader('slow').next();
      const ids = [await putOne(1), await putOne(2)];
      const { epoch } = await quick.next();
      quick.handle({ epoch, position: 1 });
      await quick.next();
      const look = (): Promise<unknown[]> =>
        Promise.all(
          ids.map(async (id) => {
            const found = await buffer.find(id);
            return found?.state === 'pending' && found.handled;
          }),
        );
      expect(await look()).toEqual([true, false]);
      await buffer.forget('quick', [{ ...aliceOrders, limit: { epoch, position: 2 } }]);
      expect(await look()).toEqual([true, false]);
    },
  },
  {
    clause: '10.1',
    title: 'forgetting a session says how far it was sent',
    run: async ({ buffer, putOne, reader, expect }) => {
      const { epoch } = await reader('s').next();
      const id = await putOne('m');
      await buffer.forget('s', [{ ...aliceOrders, limit: { epoch, position: 1 } }]);
      const found = await buffer.find(id);
      expect(found?.state === 'pending' && found.sent).toBe(true);
    },
  },
  {
    clause: '10.1',
    title: 'how far a session was sent is told without forgetting it',
    run: async ({ buffer, putOne, reader, expect }) => {
      const { epoch } = await reader('s').next();
      const id = await putOne('m');
      await buffer.forget('', [{ ...aliceOrders, limit: { epoch, position: 1 } }]);
      const found = await buffer.find(id);
      expect(found?.state === 'pending' && found.sent).toBe(true);
      const [queue] = await buffer.inspect.queues(alice);
      expect(queue?.sessions).toEqual([{ session: 's', handled: 0 }]);
    },
  },
  {
    clause: '10.1',
    title: 'find tells what was acknowledged as gone',
    run: async ({ buffer, putOne, reader, expect }) => {
      const one = reader('s');
      const id = await putOne('m');
      await one.next();
      one.handle();
      await one.next();
      const found = await buffer.find(id);
      expect([found?.state, found?.state === 'gone' && found.reason]).toEqual(['gone', 'acknowledged']);
    },
  },
  {
    clause: '10.1',
    title: 'an id that never was is undefined, and taking it is false',
    run: async ({ buffer, put, expect }) => {
      await put([1]);
      for (const id of absent) {
        expect([id.slice(0, 20), await buffer.find(id)]).toEqual([id.slice(0, 20), undefined]);
        expect(await buffer.take(id, { kind: 'withdraw' })).toBe(false);
        expect(await buffer.take(id, { kind: 'park', reason: 'x' })).toBe(false);
      }
    },
  },
  {
    clause: '6.8',
    title: 'a parked message is not read any more, is kept with its reason, and the others flow',
    run: async ({ buffer, put, putOne, reader, expect }) => {
      const one = reader('s');
      await one.next();
      await put([1]);
      const id = await putOne('poison');
      await put([3]);
      expect(await buffer.take(id, { kind: 'park', reason: 'the handler threw' })).toBe(true);
      const reading = await one.next();
      expect([textsOf(reading), lossesOf(reading)]).toEqual([[1, 3], [['parked', 1]]]);
      const found = await buffer.find(id);
      expect([found?.state, found?.state === 'parked' && found.reason]).toEqual(['parked', 'the handler threw']);
      expect((await buffer.inspect.peek(aliceOrders, { limit: 9, parked: true })).map((message) => message.position)).toEqual([
        2,
      ]);
      expect((await buffer.inspect.totals()).parked).toBe(1);
    },
  },
  {
    clause: '6.8',
    title: 'a parked message cannot be parked again, and can be purged',
    run: async ({ buffer, putOne, expect }) => {
      const id = await putOne('poison');
      await buffer.take(id, { kind: 'park', reason: 'x' });
      expect(await buffer.take(id, { kind: 'park', reason: 'y' })).toBe(false);
      expect(await buffer.take(id, { kind: 'purge' })).toBe(true);
      expect((await buffer.inspect.totals()).parked).toBe(0);
      expect((await buffer.find(id))?.state).toBe('gone');
    },
  },
  {
    clause: '6.8',
    title: 'a parked message expires',
    run: async ({ buffer, putOne, reader, pass, expect }) => {
      const id = await putOne('poison', { ttlSeconds: 1 });
      await buffer.take(id, { kind: 'park', reason: 'x' });
      await pass(1050);
      await reader('s').next();
      expect((await buffer.find(id))?.state).toBe('gone');
      expect((await buffer.inspect.totals()).parked).toBe(0);
    },
  },
  {
    clause: '6.4',
    title: 'a withdrawn message leaves no loss and no position to reuse',
    run: async ({ buffer, put, putOne, reader, expect }) => {
      const one = reader('s');
      await one.next();
      await put([1]);
      const id = await putOne(2);
      expect(await buffer.take(id, { kind: 'withdraw' })).toBe(true);
      expect(await buffer.take(id, { kind: 'withdraw' })).toBe(false);
      const [outcome] = await put([3]);
      expect(outcome?.kind === 'stored' && outcome.position).toBe(3);
      const reading = await one.next();
      expect([textsOf(reading), lossesOf(reading)]).toEqual([[1, 3], []]);
      const found = await buffer.find(id);
      expect(found?.state === 'gone' && found.reason).toBe('withdrawn');
    },
  },
  {
    clause: '6.4',
    title: 'withdrawing the last message leaves readers where they are, not reset',
    run: async ({ buffer, putOne, put, reader, expect }) => {
      const one = reader('s');
      await one.next();
      await buffer.take(await putOne(1), { kind: 'withdraw' });
      const empty = await one.next();
      expect([empty.reset, empty.last, lossesOf(empty)]).toEqual([false, 1, []]);
      await put([2]);
      const reading = await one.next();
      expect([reading.reset, textsOf(reading)]).toEqual([false, [2]]);
    },
  },
  {
    clause: '6.1',
    title: 'a purged message is a loss',
    run: async ({ buffer, put, putOne, reader, expect }) => {
      const one = reader('s');
      await one.next();
      const id = await putOne(1);
      await put([2]);
      expect(await buffer.take(id, { kind: 'purge' })).toBe(true);
      const reading = await one.next();
      expect([textsOf(reading), lossesOf(reading)]).toEqual([[2], [['purged', 1]]]);
    },
  },
  {
    clause: '6.8',
    title: 'what was taken from one address is not taken from another',
    run: async ({ buffer, put, reader, expect }) => {
      const [mine] = await put(['same']);
      await put(['same'], { address: { kind: 'recipient', name: 'bob' } });
      await put(['same'], { address: everybody });
      await buffer.take(mine?.kind === 'stored' ? mine.id : '', { kind: 'withdraw' });
      expect(textsOf(await reader('s', { address: { kind: 'recipient', name: 'bob' } }).next())).toEqual(['same']);
      expect(textsOf(await reader('s', { address: everybody }).next({ newest: 1 }))).toEqual(['same']);
    },
  },
  {
    clause: '10.3',
    title: 'erasing an address of one application takes exactly that queue, and its epoch ends',
    run: async ({ buffer, put, reader, expect }) => {
      await put([1, 2]);
      await put([1], { application: 'calls' });
      await put([1], { address: { kind: 'recipient', name: 'bob' } });
      const one = reader('s');
      const { epoch } = await one.next();
      expect(await buffer.erase(alice, 'orders')).toBe(2);
      const reading = await one.next();
      expect([reading.reset, reading.epoch === epoch, textsOf(reading)]).toEqual([true, false, []]);
      expect(textsOf(await reader('s', { application: 'calls' }).next())).toEqual([1]);
      expect(textsOf(await reader('s', { address: { kind: 'recipient', name: 'bob' } }).next())).toEqual([1]);
    },
  },
  {
    clause: '10.3',
    title: 'erasing an address of all applications takes all of it, parked messages and keys too',
    run: async ({ buffer, put, putOne, expect }) => {
      const id = await putOne('poison', { key: 'k' });
      await buffer.take(id, { kind: 'park', reason: 'x' });
      await put([1, 2], { application: 'calls' });
      expect(await buffer.erase(alice)).toBe(3);
      expect(await buffer.find(id)).toBe(undefined);
      expect((await buffer.inspect.queues(alice)).length).toBe(0);
      expect(await buffer.inspect.totals()).toEqual({ addresses: 0, queues: 0, messages: 0, bytes: 0, parked: 0 });
      expect((await put(['poison'], { key: 'k' }))[0]?.kind).toBe('stored');
      expect(await buffer.erase({ kind: 'recipient', name: 'nobody' })).toBe(0);
    },
  },
];
