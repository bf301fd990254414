/** docs/security.md names every threat of this part once, with files that are there and hold its tests. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const docs = new URL('../../../docs/', import.meta.url);
const text = readFileSync(new URL('security.md', docs), 'utf8');
const rows = text.split('\n').filter((line) => line.startsWith('| **T'));
const wanted = [...Array.from({ length: 20 }, (_, index) => index + 1), 33, 34, 36, 37, 39, 40, 41].map((number) => `T${number}`);

it('has one row for each threat', () => {
  expect(rows.map((row) => /\*\*(T\d+)\*\*/.exec(row)?.[1])).toEqual(wanted);
});

it.each(rows.map((row) => [/\*\*(T\d+)\*\*/.exec(row)?.[1] ?? '', row] as const))(
  '%s is attacked, with its guards and without',
  (id, row) => {
    const [, , , attack = ''] = row.split(' | ');
    const own = [...row.matchAll(/`([\w-]+\.test\.ts)`/g)].map(([, file]) => new URL(`threats/${file}`, import.meta.url));
    const linked = [...row.matchAll(/\]\((\.\.\/[^)]+)\)/g)].map(([, path]) => new URL(String(path), docs));
    for (const file of [...own, ...linked]) expect(existsSync(file), file.pathname).toBe(true);
    const tests = [...own, ...linked]
      .filter((file) => file.pathname.endsWith('.test.ts'))
      .map((file) => readFileSync(file, 'utf8'));
    expect(tests.filter((test) => new RegExp(`['\` ]${id}[' ]`).test(test)).length).toBeGreaterThan(0);
    expect(attack.length).toBeGreaterThan(3);
  },
);

it('links to nothing that is not there', () => {
  for (const [, path = ''] of text.matchAll(/\]\(([^)#:]+)\)/g)) expect(existsSync(new URL(path, docs)), path).toBe(true);
});
