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
  const scanned = isWithin(text, bounds) ? noPayloads : scan(text, bounds);
  if ('status' in scanned) return scanned;
  try {
    value = JSON.parse(text);
  } catch {
    return problem('malformed-json', { detail: 'The body could not be parsed as JSON.' });
  }
  return { value, payloads: scanned.payloads };
}

const noPayloads = { payloads: [] as (string | undefined)[] };

/** Whether a short text cannot reach the bounds and names no payload, so that it need not be looked through. */
function isWithin(text: string, { depth, keys }: JsonBounds): boolean {
  // A member takes at least five characters: "":0,
  if (text.length > keys * 5 || text.includes('"data"') || text.includes('\\')) return false;
  let opened = 0;
  for (let at = text.indexOf('{'); at >= 0; at = text.indexOf('{', at + 1)) opened++;
  for (let at = text.indexOf('['); at >= 0; at = text.indexOf('[', at + 1)) opened++;
  return opened <= depth;
}

/** Whether what `parseJson` returned is a problem. */
export function isProblem(found: JsonBody | Problem): found is Problem {
  return 'status' in found;
}

interface Scan {
  readonly text: string;
  /** Depth at which notifications' members stand: 1 for an object, 2 for an array of objects. */
  readonly level: number;
  readonly payloads: (string | undefined)[];
  /** A name written with escapes could be another `data`; such an item's payload is written anew from its value. */
  readonly unsure: Set<number>;
  depth: number;
  keys: number;
  item: number;
  lastString: string;
  payloadFrom: number;
}

/**
 * Counts depth and members and finds payloads. It trusts nothing but balanced strings; whatever it makes of a text that
 * is no JSON is thrown away when `JSON.parse` refuses it.
 */
function scan(text: string, bounds: JsonBounds): { payloads: (string | undefined)[] } | Problem {
  const level = text.trimStart().startsWith('[') ? 2 : 1;
  const state: Scan = {
    text,
    level,
    payloads: [],
    unsure: new Set(),
    depth: 0,
    keys: 0,
    item: 0,
    lastString: '',
    payloadFrom: -1,
  };
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case quote:
        i = passString(state, i);
        break;
      case openBrace:
      case openBracket:
        if (++state.depth > bounds.depth)
          return problem('json-too-deep', { detail: `At most ${bounds.depth} levels are allowed.` });
        break;
      case colon:
        if (++state.keys > bounds.keys)
          return problem('json-too-many-keys', { detail: `At most ${bounds.keys} members are allowed.` });
        passName(state, i);
        break;
      case comma:
        endMember(state, i);
        if (state.depth === 1 && level === 2) state.item++;
        state.lastString = '';
        break;
      case closeBrace:
      case closeBracket:
        endMember(state, i);
        state.depth--;
        break;
    }
  }
  for (const index of state.unsure) state.payloads[index] = undefined;
  return { payloads: state.payloads };
}

function passString(state: Scan, start: number): number {
  const end = endOfString(state.text, start);
  if (state.depth === state.level && state.payloadFrom < 0) state.lastString = state.text.slice(start + 1, end);
  return end;
}

function passName(state: Scan, colonAt: number): void {
  if (state.depth !== state.level || state.payloadFrom >= 0) return;
  if (state.lastString === 'data') state.payloadFrom = colonAt + 1;
  else if (state.lastString.includes('\\')) state.unsure.add(state.item);
}

function endMember(state: Scan, end: number): void {
  if (state.depth !== state.level || state.payloadFrom < 0) return;
  state.payloads[state.item] = rawText(state.text.slice(state.payloadFrom, end));
  state.payloadFrom = -1;
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

/** JSON as it was written, but for line breaks: they can stand only between tokens, and would end a line of an event stream. */
export function rawText(text: string): string {
  return text.trim().replace(/[\r\n]+/g, ' ');
}
