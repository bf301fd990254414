import { isAscii, isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { BodyOutcome } from '@pollux/core/server';

/** A body being read. Kept on the request, so that its listeners are shared by all requests and hold nothing afterwards. */
interface Reading {
  readonly maxBytes: number;
  readonly resolve: (outcome: BodyOutcome) => void;
  first: Buffer | undefined;
  rest: Buffer[] | undefined;
  size: number;
}

const reading: unique symbol = Symbol('reading');
type ReadRequest = IncomingMessage & { [reading]?: Reading | undefined };

/** Reads a body of at most `maxBytes`. */
export function readBody(request: ReadRequest, maxBytes: number): Promise<BodyOutcome> {
  return new Promise((resolve) => {
    request[reading] = { maxBytes, resolve, first: undefined, rest: undefined, size: 0 };
    request.on('data', onData);
    request.on('end', onEnd);
    request.on('close', onClose);
  });
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
  state?.resolve(outcome);
}

function decode(bytes: Buffer | undefined): BodyOutcome {
  if (bytes === undefined) return { kind: 'text', text: '' };
  if (isAscii(bytes)) return { kind: 'text', text: bytes.toString('latin1') };
  return isUtf8(bytes) ? { kind: 'text', text: bytes.toString('utf8') } : { kind: 'not-utf8' };
}
