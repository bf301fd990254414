/**
 * Reads the answer to a poll. It comes over the network, so nothing in it is believed: names are looked up among own
 * members only, a part of the wrong type costs that part, and one application's section never costs another's.
 */
import type { Advice, Gap, Message, PollAnswer } from '../protocol/types.ts';
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

/** Reads a text as a JSON object. */
export function readJson<Key extends string>(text: string): Untrusted<Key> | undefined {
  try {
    return members(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** What a problem document says, for people; empty where it is none. */
export function readProblem(problem: Untrusted<'title' | 'detail'> | undefined): string {
  return [problem?.title, problem?.detail].filter(isText).join(': ').slice(0, 200);
}

/** A kind of a later version passes, too: it will be reported as unhandled. */
function isMessage(value: unknown): value is Message {
  const message = members<'id' | 'cursor' | 'kind' | 'type' | 'of' | 'fetch'>(value);
  if (!message || ![message.id, message.cursor, message.kind].every(isText)) return false;
  if (message.kind === 'withdrawn') return isText(message.of);
  return isText(message.type) && (message.kind !== 'fetch' || isText(members<'href'>(message.fetch)?.href));
}

/** A garbled loss is still a loss, of unknown extent. */
function readGap(value: unknown): Gap | undefined {
  if (value === undefined) return undefined;
  const losses = members<'losses'>(value)?.losses;
  return { losses: Array.isArray(losses) ? losses.filter((loss) => isText(members<'reason'>(loss)?.reason)) : [] };
}

function readSection(value: unknown): Section {
  const section = members<'error' | 'cursor' | 'messages' | 'gap'>(value);
  const messages = section?.messages === undefined ? [] : section.messages;
  if (section && section.error === undefined && isText(section.cursor) && Array.isArray(messages) && messages.every(isMessage)) {
    return { kind: 'news', cursor: section.cursor, messages, gap: readGap(section.gap) };
  }
  const error = members<'title' | 'detail' | 'retryAfter'>(section?.error);
  return {
    kind: 'refused',
    detail: readProblem(error) || 'not understood',
    retryInMs: Math.max(leastRefusedMs, retryAfterMs(error?.retryAfter, 0) || refusedMs),
  };
}

/** Advice in seconds, from 0 to an hour; what makes no sense is left out. */
function readAdvice(value: unknown): Advice {
  const advice = members<keyof Advice>(value);
  const read: { -readonly [Name in keyof Advice]: Advice[Name] } = {};
  for (const name of ['interval', 'wait', 'drain'] as const) {
    const seconds = advice?.[name];
    if (typeof seconds === 'number' && seconds >= 0) read[name] = Math.min(seconds, 3600);
  }
  if (/^(stream|long-poll|short-poll)$/.test(String(advice?.mode))) read.mode = advice?.mode as NonNullable<Advice['mode']>;
  return read;
}

/** Reads a body of a 200; `undefined` where it is no answer at all. */
export function readAnswer(text: string): Answer | undefined {
  const answer = readJson<keyof PollAnswer>(text);
  if (!answer || !isText(answer.session)) return undefined;
  // Own members only, and into a Map: `constructor` and `__proto__` are names like any other there.
  const sections = new Map<string, Section>();
  for (const [name, section] of Object.entries(members(answer.applications) ?? {})) sections.set(name, readSection(section));
  return { session: answer.session, advice: readAdvice(answer.advice), more: answer.more === true, sections };
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
