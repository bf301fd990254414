/**
 * JSON as text. A payload is stored to the byte: read and written anew, a number beyond 2^53 would be another one.
 * All of these trust that the text is JSON.
 */

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** The same without the blanks between tokens. */
export function compactJson(text: string): string {
  return (text.match(tokens) ?? []).join('');
}

/** The same on many lines, as `JSON.stringify` with an indent of two would write it. */
export function prettyJson(text: string): string {
  const parts: string[] = [];
  let depth = 0;
  let before = '';
  for (const [token] of text.matchAll(tokens)) {
    const isEnd = token === '}' || token === ']';
    if (isEnd) depth -= 1;
    const isEmpty = isEnd && (before === '{' || before === '[');
    const isFirst = !isEnd && (before === '{' || before === '[');
    if ((isEnd && !isEmpty) || isFirst || before === ',') parts.push(`\n${'  '.repeat(depth)}`);
    parts.push(token === ':' ? ': ' : token);
    if (token === '{' || token === '[') depth += 1;
    before = token;
  }
  return parts.join('');
}

/** How deep it goes, and how many members its objects have in all. */
export function measureJson(text: string): { readonly depth: number; readonly keys: number } {
  let depth = 0;
  let deepest = 0;
  let keys = 0;
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') deepest = Math.max(deepest, ++depth);
    else if (token === '}' || token === ']') depth -= 1;
    else if (token === ':') keys += 1;
  }
  return { depth: deepest, keys };
}

/** The text of one of the members of an object that is given without its braces. */
export function memberText(members: string, name: string): string | undefined {
  let depth = 0;
  let from = -1;
  let before = '';
  for (const { 0: token, index } of members.matchAll(tokens)) {
    if (depth === 0 && from >= 0 && token === ',') return members.slice(from, index);
    if (depth === 0 && from < 0 && token === ':' && before === `"${name}"`) from = index + 1;
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    before = token;
  }
  return from < 0 ? undefined : members.slice(from);
}
