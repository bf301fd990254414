/** The manifest says what is so, both ways. */
import type { StoreCase } from './options.ts';

export const manifestCases: readonly StoreCase[] = [
  {
    clause: 'port',
    title: 'the grade agrees with what is durable and shared',
    run: async ({ buffer }, _options, { expect }) => {
      const { grade, durable, shared } = buffer.supports;
      expect(['memory', 'disk', 'redis'].includes(grade)).toBe(true);
      if (grade === 'memory') expect(durable).toBe(false);
      if (grade === 'disk') expect(durable).toBe(true);
      if (grade === 'redis') expect(shared).toBe(true);
    },
  },
  {
    clause: 'port',
    title: 'what claims to be durable or shared is opened again and joined by the suite',
    run: async ({ buffer }, options, { expect }) => {
      const { durable, shared } = buffer.supports;
      expect([durable && options.reopen === undefined, shared && options.join === undefined]).toEqual([false, false]);
      expect([!shared && options.join !== undefined]).toEqual([false]);
    },
  },
];
