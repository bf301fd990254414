/** Paths with parameters, `/api/orders/:id`. */
import { parseFetchTargets } from '../protocol/fetch-target.ts';

const parameterName = /^:[A-Za-z_]\w*$/;

/** Where the path proper begins: after the origin, if there is one. */
function originOf(path: string): string {
  return /^https?:\/\/[^/]*/.exec(path)?.[0] ?? '';
}

function segmentsOf(path: string): readonly string[] {
  return path.slice(originOf(path).length).split('/').slice(1);
}

/**
 * Checks what a `fetch` type declares.
 * @throws TypeError naming the path and what is wrong with it
 */
export function checkPath(path: string): void {
  const wrong = (why: string): TypeError =>
    new TypeError(`fetchFrom: ${JSON.stringify(path)} ${why}. An example: '/api/orders/:id'.`);
  const names = segmentsOf(path).filter((segment) => segment.startsWith(':'));
  if (!names.every((name) => parameterName.test(name))) throw wrong('has a parameter that is no name');
  if (new Set(names).size < names.length) throw wrong('has two parameters of one name');
  const example = path.replace(/\/:\w+/g, '/x');
  if (example.slice(originOf(path).length).includes(':')) throw wrong('has a parameter that is not a whole segment');
  try {
    parseFetchTargets([example]);
  } catch (cause) {
    throw new TypeError(wrong('is neither an absolute path nor an http or https URL of plain characters').message, { cause });
  }
}
