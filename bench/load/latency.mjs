/**
 * A client of two applications, one of which floods: it polls for both at once, as a page does, and notes how long each
 * message of the quiet one took from publish to here.
 */
import { nowMicroseconds } from '../servers/payload.mjs';
import { Connection } from './connection.mjs';
import { post } from './request.mjs';

/** @typedef {import('./tally.mjs').Tally} Tally */

export class LatencyClient {
  #port;
  #tally;
  #connection;
  #headers;
  #session = '';
  #seq = 0;
  /** @type {Record<string, { cursor: string | null }>} */
  #applications = { quiet: { cursor: null }, flood: { cursor: null } };
  #latencies;

  /** @param {{ port: number, tally: Tally, index: number, latencies: number[] }} options */
  constructor({ port, tally, index, latencies }) {
    this.#port = port;
    this.#tally = tally;
    this.#latencies = latencies;
    this.#connection = new Connection(port, (why) => tally.fail(why));
    this.#headers = `Authorization: Bearer u${index}\r\n`;
  }

  #poll(/** @type {number} */ wait, /** @type {() => void} */ done) {
    const session = this.#session === '' ? undefined : this.#session;
    const body = JSON.stringify({ session, seq: this.#seq++, wait, applications: this.#applications });
    this.#connection.send(post({ port: this.#port, path: '/pollux/poll', body, extra: this.#headers }), (status, bytes) => {
      const arrived = nowMicroseconds();
      if (status === 200) this.#note(JSON.parse(bytes.toString()), arrived);
      else if (status !== 204) this.#tally.fail(`A poll was answered with ${status}: ${bytes}`);
      done();
      this.#tally.answer(bytes);
    });
  }

  #note(/** @type {any} */ answer, /** @type {number} */ arrived) {
    this.#session = answer.session;
    for (const [name, section] of Object.entries(answer.applications ?? {})) {
      if (section.error) this.#tally.fail(`${name} was answered with ${JSON.stringify(section.error)}`);
      this.#applications[name] = { cursor: section.cursor };
      if (name !== 'quiet') continue;
      for (const message of section.messages ?? []) this.#latencies.push(arrived - message.data.at);
    }
  }

  open() {
    return new Promise((resolve) => {
      const hold = () => this.#poll(25, hold);
      this.#poll(0, () => {
        hold();
        resolve(undefined);
      });
    });
  }

  close() {
    this.#connection.close();
  }
}
