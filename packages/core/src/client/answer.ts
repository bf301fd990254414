/**
 * Reads the answer to a poll. It comes over the network, so nothing in it is believed: names are looked up among own
 * members only, a part of the wrong type costs that part, and one application's section never costs another's.
 */
import type { Advice, Gap, Message } from '../protocol/types.ts';
import { retryAfterMs } from './back-off.ts';

/** One application's part of an answer. */
export type Section =
  | { readonly kind: 'news'; readonly cursor: string; readonly messages: readonly Message[]; readonly gap: Gap | undefined }
  | { readonly kind: 'refused'; readonly detail: string; readonly retryInMs: number };

export interface Answer {
  readonly session: string;
  readonly advice: Advice;
  readonly more: boolean;
  readonly sections: ReadonlyMap<string, Section>;
}

/** Bytes of an answer past which it is not read on; 16 times what a server sends by default. */
export const answerBytes = 4_194_304;

/** Milliseconds that a refused application is left out of polls where the server names no time, and the least it may name. */
const refusedMs = 30_000;
const leastRefusedMs = 1000;

type Untrusted<Key extends string> = { readonly [Name in Key]?: unknown };

function members<Key extends string>(value: unknown): Untrusted<Key> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function isMessage(value: unknown): value is Message {
  const message = members<'id' | 'cursor' | 'kind' | 'type' | 'of' | 'fetch'>(value);
  if (!message || !isText(message.id) || !isText(message.cursor)) return false;
  if (message.kind === 'direct') return isText(message.type);
  if (message.kind === 'fetch') return isText(message.type) && isText(members<'href'>(message.fetch)?.href);
  // A kind of a later version: it is passed on, and reported as unhandled.
  return message.kind === 'withdrawn' ? isText(message.of) : isText(message.kind);
}

/** A garbled loss is still a loss, of unknown extent. */
function readGap(value: unknown): Gap | undefined {
  if (value === undefined) return undefined;
  const losses = members<'losses'>(value)?.losses;
  return { losses: Array.isArray(losses) ? losses.filter((loss) => isText(members<'reason'>(loss)?.reason)) : [] };
}

function readSection(value: unknown): Section {
  const section = members<'error' | 'cursor' | 'messages' | 'gap'>(value);
  const error = members<'title' | 'detail' | 'retryAfter'>(section?.error);
  const messages = section?.messages === undefined ? [] : section.messages;
  if (section && section.error === undefined && isText(section.cursor) && Array.isArray(messages) && messages.every(isMessage)) {
    return { kind: 'news', cursor: section.cursor, messages, gap: readGap(section.gap) };
  }
  return {
    kind: 'refused',
    detail: [error?.title, error?.detail].filter(isText).join(': ') || 'its part of the answer was not understood',
    retryInMs: Math.max(leastRefusedMs, retryAfterMs(error?.retryAfter, 0) || refusedMs),
  };
}

/** Seconds that may be believed: from 0 to an hour. */
function seconds(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 ? Math.min(value, 3600) : undefined;
}

function readAdvice(value: unknown): Advice {
  const advice = members<'interval' | 'wait' | 'mode' | 'drain'>(value);
  const read: { -readonly [Name in keyof Advice]: Advice[Name] } = {};
  for (const name of ['interval', 'wait', 'drain'] as const) {
    const found = seconds(advice?.[name]);
    if (found !== undefined) read[name] = found;
  }
  const mode = advice?.mode;
  if (mode === 'stream' || mode === 'long-poll' || mode === 'short-poll') read.mode = mode;
  return read;
}

/** Reads a body of a 200; `undefined` where it is no answer at all. */
export function readAnswer(text: string): Answer | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const answer = members<'session' | 'advice' | 'more' | 'applications'>(value);
  if (!answer || !isText(answer.session)) return undefined;
  // Own members only, and into a Map: `constructor` and `__proto__` are names like any other there.
  const sections = Object.entries(members(answer.applications) ?? {}).map(
    ([name, section]) => [name, readSection(section)] as const,
  );
  return { session: answer.session, advice: readAdvice(answer.advice), more: answer.more === true, sections: new Map(sections) };
}

/** Reads a body as text, or throws when it is longer than `answerBytes`. */
export async function readBody(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.length;
    if (bytes > answerBytes) {
      void reader.cancel();
      throw new RangeError(`an answer of more than ${answerBytes} bytes`);
    }
    text += decoder.decode(value, { stream: true });
  }
  return text + decoder.decode();
}
