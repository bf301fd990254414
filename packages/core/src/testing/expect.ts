/** The few matchers that the contract suites use, for runners that bring none of their own. */
import type { Expectation } from './runner.ts';

function show(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}

function ownKeys(value: object): string[] {
  const record = value as Readonly<Record<string, unknown>>;
  return Object.keys(record).filter((key) => record[key] !== undefined);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Deep equality of JSON-like values; a member that is `undefined` counts as left out. */
function isEqual(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (!isObject(left) || !isObject(right) || Array.isArray(left) !== Array.isArray(right)) return false;
  const keys = ownKeys(left);
  if (keys.length !== ownKeys(right).length) return false;
  const a = left as Readonly<Record<string, unknown>>;
  const b = right as Readonly<Record<string, unknown>>;
  return keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key], b[key]));
}

function must(holds: boolean, sentence: () => string): void {
  if (!holds) throw new Error(sentence());
}

/** Begins a statement about a value. @throws Error from the matcher where the statement does not hold */
export function expectValue(actual: unknown): Expectation {
  const isNumber = (test: (value: number) => boolean): boolean => typeof actual === 'number' && test(actual);
  return {
    toBe: (expected) => must(Object.is(actual, expected), () => `${show(actual)} is not ${show(expected)}`),
    toEqual: (expected) => must(isEqual(actual, expected), () => `${show(actual)} does not equal ${show(expected)}`),
    toMatch: (expected) =>
      must(typeof actual === 'string' && expected.test(actual), () => `${show(actual)} does not match ${expected.source}`),
    toBeGreaterThanOrEqual: (expected) =>
      must(
        isNumber((value) => value >= expected),
        () => `${show(actual)} is less than ${expected}`,
      ),
    toBeLessThanOrEqual: (expected) =>
      must(
        isNumber((value) => value <= expected),
        () => `${show(actual)} is more than ${expected}`,
      ),
  };
}
