import { isAscii, isUtf8 } from 'node:buffer';
import { IncomingMessage } from 'node:http';
import { CommunicationError, problem } from '@pollux/core';
import type { BodyOutcome } from '@pollux/core/server';

/**
 * A body being read, and what becomes of it: told to the one who waits at once, in the turn in which the body ends. A
 * promise would put it off to a turn of its own and cost three objects more for each poll. Kept on the request, so that
 * its listeners are shared by all requests and hold nothing afterwards.
 */
class Reading implements PromiseLike<BodyOutcome> {
  readonly maxBytes: number;
  first: Buffer | undefined;
  rest: Buffer[] | undefined;
  size = 0;
  outcome: BodyOutcome | undefined;
  #use: ((outcome: BodyOutcome) => unknown) | undefined;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Has `use` called once, with the outcome; it never fails. */
  // biome-ignore lint/suspicious/noThenProperty: being awaited is what this is for
  then<T, E = never>(use?: ((outcome: BodyOutcome) => T | PromiseLike<T>) | null): PromiseLike<T | E> {
    if (this.outcome === undefined) this.#use = use ?? undefined;
    else void use?.(this.outcome);
    return this as PromiseLike<unknown> as PromiseLike<T | E>;
  }

  settle(outcome: BodyOutcome): void {
    this.outcome = outcome;
    this.#use?.(outcome);
  }
}

const wasRead = 'The host read the body before, and left it in no `body` of the request.';

const reading: unique symbol = Symbol('reading');
type ReadRequest = IncomingMessage & { [reading]?: Reading | undefined };

/**
 * The class of a server's requests (`IncomingMessage` of `createServer`) whose bodies are taken as the parser hands them
 * over. Without the stream between, its listeners and its turns of the event loop, a poll costs less; what somebody else
 * reads is a stream as ever.
 */
export class DirectRequest extends IncomingMessage {
  override push(chunk: Buffer | null): boolean {
    if ((this as ReadRequest)[reading] === undefined) return super.push(chunk);
    if (chunk === null) onEnd.call(this);
    else onData.call(this, chunk);
    return true;
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    onClose.call(this);
    super._destroy(error, done);
  }
}

/**
 * Reads a body of at most `maxBytes`; the outcome comes once, to one who waits.
 *
 * @throws CommunicationError where the host has read it, and kept it for itself
 */
export function readBody(request: ReadRequest, maxBytes: number): PromiseLike<BodyOutcome> {
  if (request.readableEnded) throw new CommunicationError(problem('internal', { detail: wasRead }));
  const begun = new Reading(maxBytes);
  request[reading] = begun;
  // Nothing was handed over yet: all of it will be.
  if (request instanceof DirectRequest && request.readableLength === 0 && !request.complete) {
    // As a stream does that is read: else the rest would be thrown away after the answer.
    request._read(0);
    return begun;
  }
  request.on('data', onData);
  request.on('end', onEnd);
  request.on('close', onClose);
  return begun;
}

/** What a body parser of the host made of the body, where one has read it already. */
export function parsedBody(request: IncomingMessage, maxBytes: number): BodyOutcome | undefined {
  if (!request.readableEnded || !('body' in request)) return undefined;
  const { body } = request;
  if (Buffer.isBuffer(body)) return body.length > maxBytes ? { kind: 'too-large' } : decode(body);
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  return Buffer.byteLength(text) > maxBytes ? { kind: 'too-large' } : { kind: 'text', text };
}

function onData(this: ReadRequest, chunk: Buffer): void {
  const state = this[reading];
  if (state === undefined) return;
  state.size += chunk.length;
  if (state.size > state.maxBytes) {
    this.pause();
    settle(this, { kind: 'too-large' });
  } else if (state.first === undefined) state.first = chunk;
  else if (state.rest === undefined) state.rest = [chunk];
  else state.rest.push(chunk);
}

function onEnd(this: ReadRequest): void {
  const state = this[reading];
  if (state === undefined) return;
  const { first, rest } = state;
  settle(this, decode(first === undefined || rest === undefined ? first : Buffer.concat([first, ...rest])));
}

function onClose(this: ReadRequest): void {
  settle(this, { kind: 'aborted' });
}

function settle(request: ReadRequest, outcome: BodyOutcome): void {
  const state = request[reading];
  request[reading] = undefined;
  state?.settle(outcome);
}

function decode(bytes: Buffer | undefined): BodyOutcome {
  if (bytes === undefined) return { kind: 'text', text: '' };
  if (isAscii(bytes)) return { kind: 'text', text: bytes.toString('latin1') };
  return isUtf8(bytes) ? { kind: 'text', text: bytes.toString('utf8') } : { kind: 'not-utf8', bytes };
}
