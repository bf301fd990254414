/**
 * Reading untrusted JSON. One pass over the text counts depth and members before `JSON.parse` builds anything, and
 * finds the raw text of payloads, so that what a publisher wrote is stored to the byte.
 */
import { type Problem, problem } from './problem.ts';

/** A parsed body, with the raw text of the members called `data` of the object or of each object of the array. */
export interface JsonBody {
  readonly value: unknown;
  readonly payloads: readonly (string | undefined)[];
}

export interface JsonBounds {
  readonly depth: number;
  readonly keys: number;
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const colon = 0x3a;
const comma = 0x2c;

/** Parses a body, or says what is wrong with it. */
export function parseJson(text: string, bounds: JsonBounds): JsonBody | Problem {
  let value: unknown;
  const scanned = scan(text, bounds);
  if ('status' in scanned) return scanned;
  try {
    value = JSON.parse(text);
  } catch {
    return problem('malformed-json', { detail: 'The body could not be parsed as JSON.' });
  }
  return { value, payloads: scanned.payloads };
}

/** Whether what `parseJson` returned is a problem. */
export function isProblem(found: JsonBody | Problem): found is Problem {
  return 'status' in found;
}

/**
 * Counts depth and members and finds payloads. It trusts nothing but balanced strings; whatever it makes of a text that
 * is no JSON is thrown away when `JSON.parse` refuses it.
 */
function scan(text: string, bounds: JsonBounds): { payloads: (string | undefined)[] } | Problem {
  const payloads: (string | undefined)[] = [];
  let depth = 0;
  let keys = 0;
  // Depth at which notifications' members stand: 1 for an object, 2 for an array of objects.
  const level = text.trimStart().startsWith('[') ? 2 : 1;
  let item = 0;
  let lastString = '';
  let payloadFrom = -1;
  // A name written with escapes could be another `data`; such an item's payload is written anew from its value.
  const unsure = new Set<number>();
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === quote) {
      const end = endOfString(text, i);
      if (depth === level && payloadFrom < 0) lastString = text.slice(i + 1, end);
      i = end;
    } else if (unit === openBrace || unit === openBracket) {
      if (++depth > bounds.depth) return problem('json-too-deep', { detail: `At most ${bounds.depth} levels are allowed.` });
    } else if (unit === colon) {
      if (++keys > bounds.keys) return problem('json-too-many-keys', { detail: `At most ${bounds.keys} members are allowed.` });
      if (depth === level && payloadFrom < 0) {
        if (lastString === 'data') payloadFrom = i + 1;
        else if (lastString.includes('\\')) unsure.add(item);
      }
    } else if (unit === comma || unit === closeBrace || unit === closeBracket) {
      if (depth === level && payloadFrom >= 0) {
        payloads[item] = rawText(text.slice(payloadFrom, i));
        payloadFrom = -1;
      }
      if (unit === comma) {
        if (depth === 1 && level === 2) item++;
        lastString = '';
      } else depth--;
    }
  }
  for (const index of unsure) payloads[index] = undefined;
  return { payloads };
}

/** The index of the quote that ends the string begun at `start`, or the text's end. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === backslash) i++;
    else if (unit === quote) return i;
  }
  return text.length;
}

/** A line break can stand in JSON only between tokens, and would end a line of an event stream. */
function rawText(text: string): string {
  return text.trim().replace(/[\r\n]+/g, ' ');
}
