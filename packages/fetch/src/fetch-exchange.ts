import { CommunicationError, problem } from '@pollux/core';
import type { Answer, BodyOutcome, Exchange, OpenAnswer } from '@pollux/core/server';
import { createBodyStream } from './body-stream.ts';

/** An answer as a `Response` is made of it. */
export interface FetchAnswer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string | ReadableStream<Uint8Array> | null;
  /** For a stream: resolves when nothing more will come. */
  readonly over?: Promise<void>;
}

/** A web `Request` as the servlet sees it. */
export class FetchExchange implements Exchange {
  readonly method: string;
  readonly target: string;
  readonly native: Request;
  #held: Exchange['held'];
  readonly answered: Promise<FetchAnswer>;
  #settle: (answer: FetchAnswer) => void = () => undefined;
  #isSettled = false;
  #hasGone = false;

  constructor(request: Request) {
    this.method = request.method;
    this.target = targetOf(request.url);
    this.native = request;
    this.answered = new Promise((resolve) => {
      this.#settle = resolve;
    });
    // Some runtimes abort after an answer that succeeded as well: by then nobody waits for it.
    request.signal.addEventListener('abort', this.#disconnect, { once: true });
    if (request.signal.aborted) this.#disconnect();
  }

  get held(): Exchange['held'] {
    return this.#held;
  }

  set held(held: Exchange['held']) {
    // The client may have gone while it was found out who it is: nothing tells of it a second time.
    if (this.#hasGone) held?.cancel();
    else this.#held = held;
  }

  readonly #disconnect = (): void => {
    this.#hasGone = true;
    this.#held?.cancel();
    if (!this.#isSettled) this.#conclude({ status: 499, headers: [], body: null });
  };

  header(name: string): string | undefined {
    return this.native.headers.get(name) ?? undefined;
  }

  headerNames(): Iterable<string> {
    return this.native.headers.keys();
  }

  async readBody(maxBytes: number): Promise<BodyOutcome> {
    if (this.native.bodyUsed || this.native.body?.locked === true)
      throw new CommunicationError(
        problem('internal', { detail: 'The host read the body before: give a clone of the request.' }),
      );
    const outcome = await readBody(this.native, maxBytes);
    // Not every runtime aborts the signal as well.
    if (outcome.kind === 'aborted' && !this.#isSettled) this.#disconnect();
    return outcome;
  }

  respond({ status, headers, body }: Answer): void {
    if (this.#isSettled) return;
    this.native.signal.removeEventListener('abort', this.#disconnect);
    this.#conclude({ status, headers, body: status === 204 || this.method === 'HEAD' ? null : body });
  }

  open({ status, headers }: Parameters<Exchange['open']>[0]): OpenAnswer {
    const { answer, body, over } = createBodyStream(() => this.held?.cancel());
    if (!this.#isSettled) this.#conclude({ status, headers, body, over });
    return answer;
  }

  #conclude(answer: FetchAnswer): void {
    this.#isSettled = true;
    this.#settle(answer);
  }
}

/** Path and query as they stand in a URL, without parsing it. */
function targetOf(url: string): string {
  const authority = url.indexOf('//');
  const path = authority < 0 ? -1 : url.indexOf('/', authority + 2);
  return path < 0 ? '/' : url.slice(path);
}

async function readBody(request: Request, maxBytes: number): Promise<BodyOutcome> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    const reader = request.body?.getReader();
    for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
      size += next.value.byteLength;
      if (size > maxBytes) {
        void reader?.cancel().catch(() => undefined);
        return { kind: 'too-large' };
      }
      chunks.push(next.value);
    }
  } catch {
    return { kind: 'aborted' };
  }
  const [first] = chunks;
  const bytes = first !== undefined && chunks.length === 1 ? first : join(chunks, size);
  try {
    return { kind: 'text', text: decode(bytes) };
  } catch {
    return { kind: 'not-utf8', bytes };
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
