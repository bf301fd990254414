/**
 * Reads the answer to a poll. It comes over the network, so nothing in it is believed: names are looked up among own
 * members only, a part of the wrong type costs that part, and one application's section never costs another's.
 */

import { retryAfterMs } from '../protocol/back-off.ts';
import type { Advice, Gap, Message, PollAnswer } from '../protocol/types.ts';
import { leastRefusedMs, longestAdviceSeconds, refusedMs } from './bounds.ts';

/** One application's part of an answer. */
export type Section =
  | { readonly kind: 'news'; readonly cursor: string; readonly messages: readonly Message[]; readonly gap: Gap | undefined }
  | { readonly kind: 'refused'; readonly detail: string; readonly retryInMs: number };

export interface Answer {
  readonly session: string;
  /** Whose session it is; told by the answer that opens it. */
  readonly recipient: string | undefined;
  readonly advice: Advice | undefined;
  readonly more: boolean;
  readonly sections: ReadonlyMap<string, Section>;
}

type Untrusted<Key extends string> = { readonly [Name in Key]?: unknown };

/** An object's members; none where it is no object. */
function members<Key extends string>(value: unknown): Untrusted<Key> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/** The members of a JSON object. */
export function readJson<Key extends string>(text: string): Untrusted<Key> {
  try {
    return members(JSON.parse(text));
  } catch {
    return {};
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** What a problem document says, for people; empty where it is none. */
export function readProblem({ title, detail }: Untrusted<'title' | 'detail'>): string {
  return [title, detail].filter(isText).join(': ').slice(0, 200);
}

/** A kind of a later version passes, too: it will be reported as unhandled. */
function isMessage(value: unknown): value is Message {
  const { id, cursor, kind, type, of, fetch } = members<'id' | 'cursor' | 'kind' | 'type' | 'of' | 'fetch'>(value);
  if (![id, cursor, kind].every(isText)) return false;
  return kind === 'withdrawn' ? isText(of) : isText(type) && (kind !== 'fetch' || isText(members<'href'>(fetch).href));
}

/** A garbled loss is still a loss, of unknown extent. */
function readGap(value: unknown): Gap {
  const { losses } = members<'losses'>(value);
  return { losses: Array.isArray(losses) ? losses.filter((loss) => isText(members<'reason'>(loss).reason)) : [] };
}

function readSection(value: unknown): Section {
  const { error, cursor, messages = [], gap } = members<'error' | 'cursor' | 'messages' | 'gap'>(value);
  if (error === undefined && isText(cursor) && Array.isArray(messages) && messages.every(isMessage)) {
    return { kind: 'news', cursor, messages, gap: gap === undefined ? undefined : readGap(gap) };
  }
  const problem = members<'title' | 'detail' | 'retryAfter'>(error);
  return {
    kind: 'refused',
    detail: readProblem(problem) || 'not understood',
    retryInMs: Math.max(leastRefusedMs, retryAfterMs(problem.retryAfter) || refusedMs),
  };
}

/** Advice in seconds, from 0 to an hour; what makes no sense is left out. */
function readAdvice(value: unknown): Advice {
  const advice = members<keyof Advice>(value);
  const read: { -readonly [Name in keyof Advice]: Advice[Name] } = {};
  for (const name of ['interval', 'wait', 'drain', 'hidden'] as const) {
    const seconds = advice[name];
    if (typeof seconds === 'number' && seconds >= 0) read[name] = Math.min(seconds, longestAdviceSeconds);
  }
  const { mode } = advice;
  // Any other is as good as no short poll.
  if (isText(mode)) read.mode = mode as NonNullable<Advice['mode']>;
  return read;
}

/** Reads a body of a 200; `undefined` where it is no answer at all. */
export function readAnswer(text: string): Answer | undefined {
  const { session, recipient, advice, more, applications } = readJson<keyof PollAnswer>(text);
  if (!isText(session)) return undefined;
  // Own members only, and into a Map: `constructor` and `__proto__` are names like any other there.
  const sections = new Map<string, Section>();
  for (const [name, section] of Object.entries(members(applications))) sections.set(name, readSection(section));
  return {
    session,
    recipient: isText(recipient) ? recipient : undefined,
    advice: advice === undefined ? undefined : readAdvice(advice),
    more: more === true,
    sections,
  };
}
