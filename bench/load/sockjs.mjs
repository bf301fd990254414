/** SockJS's xhr polling transport: the first poll opens, each later one is held until there is something. */
import { Connection } from './connection.mjs';
import { post } from './request.mjs';

/** @typedef {import('./tally.mjs').Tally} Tally */

export class SockJsClient {
  #tally;
  #connection;
  #request;

  /** @param {{ port: number, tally: Tally, index: number }} options */
  constructor({ port, tally, index }) {
    this.#tally = tally;
    this.#connection = new Connection(port, (why) => tally.fail(why));
    const path = `/bench/000/session${index}/xhr`;
    this.#request = post({ port, path, body: '', type: 'text/plain;charset=UTF-8' });
  }

  open() {
    return new Promise((resolve, reject) => {
      this.#connection.send(this.#request, (status, body) => {
        if (status !== 200 || body.toString() !== 'o\n') {
          reject(new Error(`SockJS answered ${status} ${body}.`));
          return;
        }
        this.#hold();
        resolve(undefined);
      });
    });
  }

  #hold() {
    this.#connection.send(this.#request, (status, body) => {
      const kind = body.toString('latin1', 0, 1);
      if (status !== 200 || (kind !== 'a' && kind !== 'h')) {
        this.#tally.fail(`A SockJS poll was answered with ${status}: ${body}`);
        return;
      }
      this.#hold();
      this.#tally.answer(body);
    });
  }

  close() {
    this.#connection.close();
  }
}
