/** What acknowledgement frees: protocol §5. */
import { type BufferCase, type BufferScene, everybody, lossesOf, type Reader, textsOf } from '../scene.ts';

/** Readers that have opened, in order. */
async function readers({ reader }: BufferScene, ...names: readonly string[]): Promise<readonly Reader[]> {
  const all = names.map((name) => reader(name));
  for (const one of all) await one.next();
  return all;
}

async function heldTexts({ buffer }: BufferScene): Promise<readonly unknown[]> {
  const peeked = await buffer.inspect.peek(
    { address: { kind: 'recipient', name: 'alice' }, application: 'orders' },
    { limit: 100 },
  );
  return peeked.map((message) => (JSON.parse(`{${message.members}}`) as { readonly text: unknown }).text);
}

export const freeing: readonly BufferCase[] = [
  {
    clause: '5.2',
    title: 'one session frees up to exactly what it handled',
    run: async (scene) => {
      const [one] = await readers(scene, 's');
      await scene.put([1, 2, 3]);
      const reading = await one?.next();
      one?.handle({ epoch: reading?.epoch ?? '', position: 2 });
      scene.expect((await one?.next())?.freed).toBe(2);
      scene.expect(await heldTexts(scene)).toEqual([3]);
    },
  },
  {
    clause: '5.2',
    title: 'the lowest place of all sessions decides',
    run: async (scene) => {
      const [a, b, c] = await readers(scene, 'a', 'b', 'c');
      await scene.put([1, 2, 3]);
      for (const one of [a, b, c]) await one?.next();
      const epoch = a?.place?.epoch ?? '';
      for (const [one, position] of [
        [a, 3],
        [b, 2],
        [c, 1],
      ] as const) {
        one?.handle({ epoch, position });
        await one?.next();
      }
      scene.expect(await heldTexts(scene)).toEqual([2, 3]);
      c?.handle({ epoch, position: 3 });
      await c?.next();
      scene.expect(await heldTexts(scene)).toEqual([3]);
    },
  },
  {
    clause: '5.2',
    title: 'reading alone frees nothing, however many read',
    run: async (scene) => {
      const all = await readers(scene, 'a', 'b');
      await scene.put([1, 2]);
      for (const one of all) {
        await one.next();
        await one.next();
      }
      scene.expect(await heldTexts(scene)).toEqual([1, 2]);
    },
  },
  {
    clause: '5.2',
    title: 'a forgotten session holds nothing back from the next acknowledgement on',
    run: async (scene) => {
      const [a, b] = await readers(scene, 'a', 'b');
      await scene.put([1]);
      await a?.next();
      await scene.buffer.forget(b?.session ?? '', [{ address: { kind: 'recipient', name: 'alice' }, application: 'orders' }]);
      a?.handle();
      await a?.next();
      scene.expect(await heldTexts(scene)).toEqual([]);
    },
  },
  {
    clause: '5.2',
    title: 'forgetting an unknown session or queue does nothing',
    run: async (scene) => {
      await readers(scene, 'a');
      await scene.put([1]);
      await scene.buffer.forget('nobody', [{ address: { kind: 'recipient', name: 'nobody' }, application: 'none' }]);
      scene.expect(await heldTexts(scene)).toEqual([1]);
    },
  },
  {
    clause: '5.2',
    title: "a silent session's place is kept for keepMs, and no longer",
    run: async (scene) => {
      const a = scene.reader('a');
      const b = scene.reader('b');
      await a.next({ keepMs: 60_000 });
      await b.next({ keepMs: 1000 });
      await scene.put([1]);
      await a.next();
      a.handle();
      await a.next();
      scene.expect(await heldTexts(scene)).toEqual([1]);
      await scene.pass(1100);
      await a.next();
      scene.expect(await heldTexts(scene)).toEqual([]);
    },
  },
  {
    clause: '5.2',
    title: 'an exchange prolongs the keeping, a shorter keepMs does not shorten it',
    run: async (scene) => {
      const [a] = await readers(scene, 'a');
      const b = scene.reader('b');
      // A part of a millisecond is no less a time.
      await b.next({ keepMs: 60_000.25 });
      await b.next({ keepMs: 10.5 });
      await scene.put([1]);
      await scene.pass(200);
      await a?.next();
      a?.handle();
      await a?.next();
      scene.expect(await heldTexts(scene)).toEqual([1]);
    },
  },
  {
    clause: '5.5',
    title: 'who returns behind what others freed is told how many',
    run: async (scene) => {
      const a = scene.reader('a');
      const b = scene.reader('b');
      await a.next();
      await b.next({ keepMs: 10 });
      await scene.put([1, 2, 3]);
      await scene.pass(100);
      await a.next();
      a.handle();
      await a.next();
      await scene.put([4]);
      const reading = await b.next();
      scene.expect([textsOf(reading), lossesOf(reading), reading.reset]).toEqual([[4], [['acknowledged', 3]], false]);
    },
  },
  {
    clause: '5.4',
    title: 'no acknowledgement frees a log',
    run: async ({ put, reader, expect }) => {
      const a = reader('a', { address: everybody });
      const b = reader('b', { address: everybody });
      await a.next();
      await b.next();
      await put([1, 2], { address: everybody });
      await a.next();
      a.handle();
      expect((await a.next()).freed).toBe(0);
      b.handle((await reader('c', { address: everybody }).next()) && a.place);
      expect(textsOf(await b.next())).toEqual([1, 2]);
    },
  },
  {
    clause: '5.4',
    title: 'with retain nothing is freed by acknowledgement, and reading goes on',
    run: async (scene) => {
      const a = scene.reader('a');
      await scene.put([1, 2]);
      await a.next({ retain: true });
      a.handle();
      scene.expect((await a.next({ retain: true })).freed).toBe(0);
      await scene.put([3]);
      scene.expect(textsOf(await a.next({ retain: true }))).toEqual([3]);
      scene.expect(await heldTexts(scene)).toEqual([1, 2, 3]);
    },
  },
  {
    clause: '5.2',
    title: 'with retain, too, the place of a silent session is forgotten',
    run: async (scene) => {
      for (const session of ['a', 'b', 'c']) await scene.reader(session).next({ retain: true, keepMs: 1000 });
      await scene.pass(1100);
      await scene.reader('d').next({ retain: true });
      const kept: string[] = [];
      for await (const { places = [] } of scene.buffer.inspect.everything()) kept.push(...places.map(({ session }) => session));
      scene.expect(kept).toEqual(['d']);
    },
  },
  {
    clause: '5.2',
    title: 'a session that opens later holds back what is held from then on',
    run: async (scene) => {
      const [a] = await readers(scene, 'a');
      await scene.put([1, 2]);
      await a?.next();
      const late = scene.reader('late');
      scene.expect(textsOf(await late.next())).toEqual([1, 2]);
      a?.handle();
      await a?.next();
      scene.expect(await heldTexts(scene)).toEqual([1, 2]);
    },
  },
  {
    clause: '5.2',
    title: 'queues of other applications and recipients are not freed along',
    run: async ({ put, reader, expect }) => {
      const bob = { kind: 'recipient', name: 'bob' } as const;
      await put([1]);
      await put([1], { application: 'calls' });
      await put([1], { address: bob });
      const a = reader('s');
      await a.next();
      a.handle();
      await a.next();
      expect(textsOf(await reader('s', { application: 'calls' }).next())).toEqual([1]);
      expect(textsOf(await reader('s', { address: bob }).next())).toEqual([1]);
    },
  },
];
