/** Many writers and readers at once: protocol §1.6, §3.8. */
import { type BufferCase, textsOf } from '../scene.ts';

export const concurrency: readonly BufferCase[] = [
  {
    clause: '1.6',
    title: 'many writers at once: no position twice, none missing, each writer in its order',
    run: async ({ put, reader, expect }) => {
      const positions: number[] = [];
      await Promise.all(
        Array.from({ length: 8 }, async (_, writer) => {
          for (let n = 0; n < 25; n++) {
            const [outcome] = await put([`${writer} ${n}`]);
            if (outcome?.kind === 'stored') positions.push(outcome.position);
          }
        }),
      );
      expect([...positions].sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
      const texts = textsOf(await reader('s').next()) as readonly string[];
      for (let writer = 0; writer < 8; writer++) {
        const mine = texts.filter((text) => text.startsWith(`${writer} `)).map((text) => Number(text.split(' ')[1]));
        expect(mine).toEqual(Array.from({ length: 25 }, (_, n) => n));
      }
    },
  },
  {
    clause: '3.8',
    title: 'readers beside writers get everything once, in order',
    run: async ({ put, reader, turn, expect }) => {
      const readers = ['a', 'b', 'c'].map((name) => reader(name));
      for (const one of readers) await one.next();
      const seen = readers.map((): unknown[] => []);
      let isDone = false;
      const reading = readers.map(async (one, index) => {
        for (let last = false; !last; ) {
          last = isDone;
          const found = await one.next({ maxBytes: 350 });
          one.handle();
          seen[index]?.push(...textsOf(found));
          if (found.more) last = false;
          await turn();
        }
      });
      for (let n = 0; n < 150; n += 3) {
        await put([n, n + 1, n + 2]);
        if (n % 15 === 0) await Promise.resolve();
      }
      isDone = true;
      await Promise.all(reading);
      for (const texts of seen) expect(texts).toEqual(Array.from({ length: 150 }, (_, n) => n));
    },
  },
  {
    clause: '9.6',
    title: 'the same key from many at once is stored once',
    run: async ({ put, reader, expect }) => {
      const outcomes = (await Promise.all(Array.from({ length: 20 }, () => put(['m'], { key: 'k' })))).flat();
      expect(outcomes.filter((outcome) => outcome.kind === 'stored').length).toBe(1);
      expect(outcomes.filter((outcome) => outcome.kind === 'duplicate').length).toBe(19);
      expect(textsOf(await reader('s').next())).toEqual(['m']);
    },
  },
];
