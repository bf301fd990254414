/** Paths with parameters, `/api/orders/:id`: made into addresses by publishers, and compared with them by servers. */
import { isFetchAllowed, parseFetchTargets } from '../protocol/fetch-target.ts';
import { CommunicationError, problem } from '../protocol/problem.ts';

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

/** The part of a path before its first parameter: what an application registers as its fetch target. */
export function fixedPart(path: string): string {
  const at = path.slice(originOf(path).length).indexOf('/:');
  return at < 0 ? path : path.slice(0, originOf(path).length + at) || '/';
}

/**
 * The address that a path and its parameters make, each parameter encoded as one segment.
 * @throws CommunicationError `contract-mismatch` naming the parameter that is missing, or cannot be one segment
 */
export function hrefOf(path: string, parameters: Readonly<Record<string, string | number>>): string {
  const origin = originOf(path);
  const segments = segmentsOf(path).map((segment) => {
    if (!segment.startsWith(':')) return segment;
    const name = segment.slice(1);
    const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    const encoded = encode(value);
    if (encoded !== undefined) return encoded;
    throw new CommunicationError(
      problem('contract-mismatch', {
        field: `fetch.href.${name}`,
        detail: `${JSON.stringify(value) ?? 'nothing'} cannot be the segment :${name} of ${path}.`,
      }),
    );
  });
  return `${origin}/${segments.join('/')}`;
}

function encode(value: unknown): string | undefined {
  if (typeof value !== 'string' && !(typeof value === 'number' && Number.isFinite(value))) return undefined;
  try {
    const encoded = encodeURIComponent(value);
    // What would be refused at publish: nothing, dots alone, an encoded slash, backslash or percent.
    return encoded !== '' && isFetchAllowed(`/${encoded}`, parseFetchTargets(['/'])) ? encoded : undefined;
  } catch {
    return undefined;
  }
}

/** Whether an address is one that the path makes, whatever its query. */
export function isMadeFrom(href: string, path: string): boolean {
  const origin = originOf(path);
  if (originOf(href) !== origin) return false;
  const given = segmentsOf(href.replace(/\?.*/, ''));
  const declared = segmentsOf(path);
  return (
    given.length === declared.length &&
    declared.every((segment, place) => (segment.startsWith(':') ? given[place] !== '' : given[place] === segment))
  );
}
