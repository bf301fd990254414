/** A reader of one stream over a raw socket: counts the messages in what comes, as it comes. */
import { connect } from 'node:net';
import { post } from './request.mjs';

export class StreamClient {
  #port;
  #tally;
  #index;

  constructor(/** @type {{ port: number, tally: import('./tally.mjs').Tally, index: number }} */ { port, tally, index }) {
    this.#port = port;
    this.#tally = tally;
    this.#index = index;
  }

  /** Opens the stream; resolves with its first bytes. */
  open() {
    const body = '{"applications":{"bench":{"cursor":null}}}';
    const extra = `Authorization: Bearer u${this.#index}\r\nAccept: text/event-stream\r\n`;
    return new Promise((resolve) => {
      const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
      socket.on('data', (chunk) => {
        resolve(undefined);
        this.#tally.answer(chunk);
      });
      socket.on('error', () => {});
      socket.on('close', () => this.#tally.fail('A stream was closed.'));
      socket.write(post({ port: this.#port, path: '/pollux/poll', body, extra }));
    });
  }
}
