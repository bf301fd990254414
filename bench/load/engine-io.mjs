/** Socket.IO 4 over Engine.IO 4 long-polling: handshake, connect packet, polls, pongs and acknowledgements. */
import { Connection } from './connection.mjs';
import { get, post } from './request.mjs';

/** @typedef {import('./tally.mjs').Tally} Tally */

const path = '/socket.io/?EIO=4&transport=polling';
const separator = '\u001e';

export class EngineIoClient {
  #port;
  #tally;
  #polls;
  /** A page sends while its poll is held: on another connection. */
  #sends;
  /** @type {string[]} */
  #outbox = [];
  #path = path;

  /** @param {{ port: number, tally: Tally }} options */
  constructor({ port, tally }) {
    this.#port = port;
    this.#tally = tally;
    this.#polls = new Connection(port, (why) => tally.fail(why));
    this.#sends = new Connection(port, (why) => tally.fail(why));
  }

  async open() {
    const opened = await this.#exchange(get(this.#port, path));
    this.#path = `${path}&sid=${JSON.parse(opened.slice(1)).sid}`;
    await this.#exchange(this.#post('40'));
    const connected = await this.#exchange(get(this.#port, this.#path));
    if (!connected.startsWith('40')) throw new Error(`Socket.IO answered ${connected}.`);
    this.#hold();
  }

  #post(/** @type {string} */ body) {
    return post({ port: this.#port, path: this.#path, body, type: 'text/plain;charset=UTF-8' });
  }

  /** @returns {Promise<string>} */
  #exchange(/** @type {string} */ request) {
    return new Promise((resolve, reject) => {
      this.#polls.send(request, (status, body) =>
        status === 200 ? resolve(body.toString()) : reject(new Error(`Socket.IO answered ${status} ${body}.`)),
      );
    });
  }

  #hold() {
    this.#polls.send(get(this.#port, this.#path), (status, body) => {
      if (status !== 200) {
        this.#tally.fail(`A Socket.IO poll was answered with ${status}: ${body}`);
        return;
      }
      this.#hold();
      this.#tally.answer(body);
      for (const packet of body.toString().split(separator)) this.#packet(packet);
      this.#flush();
    });
  }

  #packet(/** @type {string} */ packet) {
    if (packet === '2') this.#outbox.push('3');
    // An event with an acknowledgement id: 42<id>["bench",…] is answered by 43<id>[].
    else if (packet.startsWith('42') && packet[2] !== '[') this.#outbox.push(`43${packet.slice(2, packet.indexOf('['))}[]`);
  }

  #flush() {
    if (this.#outbox.length === 0 || this.#sends.busy) return;
    const request = this.#post(this.#outbox.join(separator));
    this.#outbox = [];
    this.#sends.send(request, (status, body) => {
      if (status !== 200) this.#tally.fail(`A Socket.IO send was answered with ${status}: ${body}`);
      this.#flush();
    });
  }

  close() {
    this.#polls.close();
    this.#sends.close();
  }
}
