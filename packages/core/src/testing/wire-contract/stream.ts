/** Reading a stream strictly: server-sent events as the HTML standard parses them, and JSON lines. */
import { readAnswer, type WireAnswer } from './answer.ts';

/** One event of `text/event-stream`, or what stands between two. */
export interface WireEvent {
  /** `message` where no `event` field stands. */
  readonly event: string;
  readonly data: string;
  /** The last id given so far. */
  readonly id: string;
}

export interface WireStream {
  readonly status: number;
  readonly headers: Headers;
  /** The whole answer, where it is no stream. */
  readonly answer: WireAnswer | undefined;
  /** Comments and other text read so far that belongs to no event. */
  readonly between: readonly string[];
  /** The next event; `undefined` when the stream has ended. */
  next(): Promise<WireEvent | undefined>;
  /** The next line, for JSON lines; `undefined` when the stream has ended. */
  line(): Promise<string | undefined>;
  /** Hangs up. */
  close(): void;
}

function createLines(body: ReadableStream<Uint8Array>): () => Promise<string | undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let isDone = false;
  return async () => {
    for (;;) {
      // A carriage return alone ends a line, too; it may be the first half of a pair.
      const end = /\r\n|\n|\r(?!$)/.exec(rest);
      if (end !== null) {
        const line = rest.slice(0, end.index);
        rest = rest.slice(end.index + end[0].length);
        return line;
      }
      if (isDone) return undefined;
      const { done, value } = await reader.read();
      isDone = done;
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
    }
  };
}

/** Opens a stream; an answer that is none is read whole. */
export async function openWireStream(request: (signal: AbortSignal) => Promise<Response>): Promise<WireStream> {
  const hangUp = new AbortController();
  const response = await request(hangUp.signal);
  const isStream = /^(text\/event-stream|application\/x-ndjson)/.test(response.headers.get('content-type') ?? '');
  const answer = isStream ? undefined : await readAnswer(response);
  const line = isStream && response.body !== null ? createLines(response.body) : async () => undefined;
  const between: string[] = [];
  let id = '';
  const next = async (): Promise<WireEvent | undefined> => {
    const data: string[] = [];
    let event = 'message';
    for (let text = await line(); text !== undefined; text = await line()) {
      if (text === '' && data.length > 0) return { event, data: data.join('\n'), id };
      const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(text) ?? [];
      if (name === 'data') data.push(value);
      else if (name === 'event') event = value;
      else if (name === 'id') id = value;
      else between.push(text);
    }
    return undefined;
  };
  return { status: response.status, headers: response.headers, answer, between, next, line, close: () => hangUp.abort() };
}
