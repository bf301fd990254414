/** The product's wire, as spoken by the product and the floor; a hello-world takes the same requests. */
import { Connection } from './connection.mjs';
import { post } from './request.mjs';

/** @typedef {import('./tally.mjs').Tally} Tally */

const cursorSign = '"cursor":"';

/** The last cursor in the answer: the section's or its last message's, which acknowledge the same. */
function lastCursor(/** @type {Buffer} */ body) {
  const at = body.lastIndexOf(cursorSign);
  if (at < 0) return undefined;
  const from = at + cursorSign.length;
  return body.toString('latin1', from, body.indexOf(0x22, from));
}

export class PolluxClient {
  #port;
  #tally;
  #connection;
  #headers;
  #session = '';
  #seq = 0;
  cursor = 'null';

  /**
   * @param {{ port: number, tally: Tally, index: number, pretend?: boolean }} options `pretend`: polls look as they do
   * in the middle of a session from the first one on, for a server that gives out none
   */
  constructor({ port, tally, index, pretend }) {
    this.#port = port;
    this.#tally = tally;
    this.#connection = new Connection(port, (why) => tally.fail(why));
    this.#headers = `Authorization: Bearer u${index}\r\n`;
    if (pretend) {
      this.#session = `"session":"s_${'A'.repeat(22)}",`;
      this.cursor = '"rAAAAAAAAAAA0.eAAAAAAAAAAA0"';
    }
  }

  /** Sends one poll; `done` gets the number of messages that came. */
  poll(/** @type {number} */ wait, /** @type {(messages: number) => void} */ done) {
    const body = `{${this.#session}"seq":${this.#seq++},"wait":${wait},"applications":{"bench":{"cursor":${this.cursor}}}}`;
    this.#connection.send(post({ port: this.#port, path: '/pollux/poll', body, extra: this.#headers }), (status, answer) => {
      if (status !== 200 && status !== 204) {
        this.#tally.fail(`A poll was answered with ${status}: ${answer.toString().slice(0, 300)}`);
        return;
      }
      if (this.#session === '') this.#openSession(answer);
      const cursor = lastCursor(answer);
      if (cursor !== undefined) this.cursor = `"${cursor}"`;
      done(this.#tally.answer(answer));
    });
  }

  #openSession(/** @type {Buffer} */ answer) {
    const session = /"session":"([^"]+)"/.exec(answer.toString())?.[1];
    if (session !== undefined) this.#session = `"session":"${session}",`;
  }

  /** Opens a session, then holds a poll for ever; resolves when the first is sent. */
  open() {
    return new Promise((resolve) => {
      const hold = () => this.poll(25, hold);
      this.poll(0, () => {
        hold();
        resolve(undefined);
      });
    });
  }

  /** Polls without waiting until nothing is left and all is acknowledged; resolves with the number of messages. */
  drain() {
    return new Promise((resolve) => {
      let total = 0;
      const next = (/** @type {number} */ messages) => {
        total += messages;
        // The poll that found nothing acknowledged all before it.
        if (messages === 0 && total > 0) resolve(total);
        else this.poll(0, next);
      };
      this.poll(0, next);
    });
  }

  /** Polls without waiting, back to back, until `stopped`; resolves with the number of answers. */
  spin(/** @type {() => boolean} */ stopped) {
    return new Promise((resolve) => {
      let answers = 0;
      const next = () => {
        if (stopped()) resolve(answers);
        else {
          answers++;
          this.poll(0, next);
        }
      };
      this.poll(0, next);
    });
  }

  close() {
    this.#connection.close();
  }
}
