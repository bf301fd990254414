/**
 * Reading a poll as clients write it in the middle of a session: nothing but session, number, wait and places, in this
 * order and without spaces. It is by far the commonest request, and read in a fraction of the time of `JSON.parse` and
 * the checks behind it. Whatever is written in any other way is left to those.
 */
import { sessionBytes } from './requests.ts';
import type { PollApplication, PollRequest } from './types.ts';

/** More digits may not be whole any more as a number. */
const mostDigits = 15;

const quote = 0x22;
const backslash = 0x5c;
const space = 0x20;
const tilde = 0x7e;
const zero = 0x30;
const nine = 0x39;

class Reader {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Passes over a piece that stands here. */
  pass(piece: string): boolean {
    if (!this.text.startsWith(piece, this.at)) return false;
    this.at += piece.length;
    return true;
  }

  /** The plain text of a string whose opening quote was passed. */
  string(): string | undefined {
    const { text, at: from } = this;
    for (let at = from; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit === quote) {
        this.at = at + 1;
        return text.slice(from, at);
      }
      if (unit < space || unit > tilde || unit === backslash) return undefined;
    }
    return undefined;
  }

  /** A whole number, 0 or more, as JSON writes it; -1 for anything else. */
  count(): number {
    const { text, at: from } = this;
    let value = 0;
    let at = from;
    for (; at - from <= mostDigits; at++) {
      const unit = text.charCodeAt(at);
      if (unit < zero || unit > nine) break;
      value = value * 10 + (unit - zero);
    }
    const digits = at - from;
    if (digits === 0 || digits > mostDigits || (digits > 1 && text.charCodeAt(from) === zero)) return -1;
    this.at = at;
    return value;
  }

  /** A cursor or `null`; `undefined` for anything else. */
  place(): string | null | undefined {
    if (this.pass('"')) return this.string();
    return this.pass('null') ? null : undefined;
  }
}

/** The request that a text stands for, if it is plainly written; `undefined` says nothing of the text. */
export function readPlainPoll(text: string): PollRequest | undefined {
  const reader = new Reader(text);
  if (!reader.pass('{')) return undefined;
  reader.pass('"v":1,');
  const request: { -readonly [Name in keyof PollRequest]: PollRequest[Name] } = { applications: {} };
  if (reader.pass('"session":"')) {
    const session = reader.string();
    if (session === undefined || session.length > sessionBytes || !reader.pass(',')) return undefined;
    request.session = session;
  }
  if (reader.pass('"seq":')) {
    request.seq = reader.count();
    if (request.seq < 0 || !reader.pass(',')) return undefined;
  }
  if (reader.pass('"wait":')) {
    request.wait = reader.count();
    if (request.wait < 0 || request.wait > mostWaitSeconds || !reader.pass(',')) return undefined;
  }
  if (!reader.pass('"applications":{')) return undefined;
  const applications = readApplications(reader);
  if (applications === undefined || !reader.pass('}') || reader.at !== text.length) return undefined;
  request.applications = applications;
  return request;
}

const mostWaitSeconds = 1e9;

/** Applications up to the brace that ends them. */
function readApplications(reader: Reader): PollRequest['applications'] | undefined {
  const applications: Record<string, PollApplication> = {};
  do {
    const name = reader.pass('"') ? reader.string() : undefined;
    if (name === undefined || !startsWithLetter(name) || !reader.pass(':{"cursor":')) return undefined;
    const cursor = reader.place();
    if (cursor === undefined) return undefined;
    if (reader.pass(',"read":')) {
      const read = reader.place();
      if (read === undefined) return undefined;
      applications[name] = { cursor, read };
    } else applications[name] = { cursor };
    if (!reader.pass('}')) return undefined;
  } while (reader.pass(','));
  return reader.pass('}') ? applications : undefined;
}

/**
 * Names of applications begin with a letter. `__proto__`, which an assignment does not make a member, and numbers, which an
 * object puts before all else, do not, and are left to `JSON.parse`.
 */
function startsWithLetter(name: string): boolean {
  const unit = name.charCodeAt(0);
  return unit >= 0x61 && unit <= 0x7a;
}
