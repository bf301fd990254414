/**
 * Says where a JSON text is wrong. `JSON.parse` of Node 20 quotes the text around the fault instead, which may hold a
 * secret; it also lets the last of two equal names win in silence.
 */

/** Why a text is not usable, with its place. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

class Wrong extends Error {
  readonly at: number;

  constructor(at: number, reason: string) {
    super(reason);
    this.at = at;
  }
}

const literal = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings may not hold them
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const deepest = 64;

/** The first fault of a JSON text: its syntax, a name that occurs twice, or one that no object should have. */
export function findJsonFault(source: string): JsonFault | undefined {
  let at = 0;

  function space(): void {
    while (at < source.length && ' \t\r\n'.includes(source.charAt(at))) at++;
  }

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(source)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  }

  function expected(what: string): Wrong {
    const found = at < source.length ? JSON.stringify(String.fromCodePoint(source.codePointAt(at) ?? 0)) : 'the end';
    return new Wrong(at, `expected ${what}, found ${found}`);
  }

  function member(names: Set<string>, depth: number): void {
    space();
    const start = at;
    const written = take(string);
    if (written === undefined) throw expected('a name in double quotes');
    const name = JSON.parse(written) as string;
    if (names.has(name)) throw new Wrong(start, `the name ${written} occurs twice in one object`);
    if (name === '__proto__') throw new Wrong(start, 'the name "__proto__" is not usable');
    names.add(name);
    space();
    if (source[at] !== ':') throw expected('":"');
    at++;
    value(depth);
  }

  function list(close: string, each: () => void): void {
    at++;
    space();
    if (source[at] === close) {
      at++;
      return;
    }
    for (;;) {
      each();
      space();
      const next = source[at];
      if (next !== ',' && next !== close) throw expected(`"," or "${close}"`);
      at++;
      if (next === close) return;
    }
  }

  function value(depth: number): void {
    if (depth > deepest) throw new Wrong(at, `nested more than ${deepest} deep`);
    space();
    const names = new Set<string>();
    if (source[at] === '{') list('}', () => member(names, depth + 1));
    else if (source[at] === '[') list(']', () => value(depth + 1));
    else if (take(string) === undefined && take(literal) === undefined) throw expected('a value');
  }

  try {
    value(0);
    space();
    if (at < source.length) throw expected('the end');
    return undefined;
  } catch (fault) {
    if (!(fault instanceof Wrong)) throw fault;
    const before = source.slice(0, fault.at).split('\n');
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, reason: fault.message };
  }
}
