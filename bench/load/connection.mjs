/**
 * One keep-alive HTTP/1.1 connection over a raw socket: writes ready requests, cuts answers out of the stream. Much
 * cheaper than any HTTP client, so that the load process never is what is measured.
 */
import { connect } from 'node:net';

const headEnd = Buffer.from('\r\n\r\n');
const lineEnd = Buffer.from('\r\n');
const empty = Buffer.alloc(0);

/** @typedef {(status: number, body: Buffer, head: string) => void} OnAnswer */

/** The joined chunks of a chunked body and where it ends, or `undefined` while some of it is missing. */
function chunkedBody(/** @type {Buffer} */ bytes, /** @type {number} */ from) {
  const pieces = [];
  let at = from;
  for (;;) {
    const end = bytes.indexOf(lineEnd, at);
    if (end < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, end), 16);
    const next = end + 2 + size + 2;
    if (bytes.length < next) return undefined;
    if (size === 0) return { body: pieces.length === 1 ? (pieces[0] ?? empty) : Buffer.concat(pieces), end: next };
    pieces.push(bytes.subarray(end + 2, end + 2 + size));
    at = next;
  }
}

/** The first whole answer in `bytes`, or `undefined` while some of it is missing. */
function cutAnswer(/** @type {Buffer} */ bytes) {
  const headLength = bytes.indexOf(headEnd);
  if (headLength < 0) return undefined;
  const head = bytes.toString('latin1', 0, headLength);
  const status = Number(head.slice(9, 12));
  const from = headLength + 4;
  if (status === 204) return { status, head, body: empty, end: from };
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    const found = chunkedBody(bytes, from);
    return found && { status, head, ...found };
  }
  const end = from + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  if (bytes.length < end) return undefined;
  return { status, head, body: bytes.subarray(from, end), end };
}

export class Connection {
  #port;
  #fail;
  /** @type {import('node:net').Socket | undefined} */
  #socket;
  /** @type {Buffer[]} */
  #received = [];
  #receivedBytes = 0;
  /** Bytes that an answer under way will have, so that a long one is joined once. */
  #expected = 0;
  /** @type {OnAnswer | undefined} */
  #onAnswer;

  /** @param {number} port @param {(why: string) => void} fail told of every lost connection with a request under way */
  constructor(port, fail) {
    this.#port = port;
    this.#fail = fail;
  }

  get busy() {
    return this.#onAnswer !== undefined;
  }

  /** Sends a whole request; one at a time. */
  send(/** @type {string} */ request, /** @type {OnAnswer} */ onAnswer) {
    if (this.#onAnswer) throw new Error('One request at a time.');
    this.#onAnswer = onAnswer;
    this.#socket ??= this.#open();
    this.#socket.write(request);
  }

  close() {
    this.#onAnswer = undefined;
    this.#socket?.destroy();
  }

  #open() {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
      if (this.#onAnswer === undefined) return;
      this.#onAnswer = undefined;
      this.#fail('A connection was lost while a request was under way.');
    });
    return socket;
  }

  #receive(/** @type {Buffer} */ chunk) {
    this.#received.push(chunk);
    this.#receivedBytes += chunk.length;
    if (this.#receivedBytes < this.#expected) return;
    const bytes = this.#received.length === 1 ? chunk : Buffer.concat(this.#received, this.#receivedBytes);
    const answer = cutAnswer(bytes);
    if (answer === undefined) {
      this.#received = [bytes];
      // Joining at every chunk would cost the square of a long answer.
      this.#expected = expectedLength(bytes);
      return;
    }
    this.#received = [];
    this.#receivedBytes = 0;
    this.#expected = 0;
    const onAnswer = this.#onAnswer;
    this.#onAnswer = undefined;
    if (onAnswer === undefined || answer.end !== bytes.length) this.#fail('An answer came that nothing asked for.');
    else {
      if (/\r\nconnection: *close/i.test(answer.head)) this.#socket = undefined;
      onAnswer(answer.status, answer.body, answer.head);
    }
  }
}

/** How long the answer that `bytes` begins will be; 0 where it does not say. */
function expectedLength(/** @type {Buffer} */ bytes) {
  const headLength = bytes.indexOf(headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(bytes.toString('latin1', 0, Math.max(0, headLength)))?.[1];
  return length === undefined ? 0 : headLength + 4 + Number(length);
}
