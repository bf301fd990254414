/** Bayeux long-polling, for Faye and CometD: handshake, subscriptions, then one `/meta/connect` after another. */
import { Connection } from './connection.mjs';
import { post } from './request.mjs';

/** @typedef {import('./tally.mjs').Tally} Tally */

export class BayeuxClient {
  #port;
  #tally;
  #connection;
  #channels;
  #path;
  #acknowledge;
  #clientId = '';
  #cookie = '';
  #id = 0;
  /** The newest batch that came, which the next connect acknowledges. */
  #batch = -1;

  /**
   * @param {{ port: number, tally: Tally, path: string, channels: readonly string[], acknowledge: boolean }} options
   * `acknowledge`: asks for the acknowledgement extension
   */
  constructor({ port, tally, path, channels, acknowledge }) {
    this.#port = port;
    this.#tally = tally;
    this.#path = path;
    this.#channels = channels;
    this.#acknowledge = acknowledge;
    this.#connection = new Connection(port, (why) => tally.fail(why));
  }

  async open() {
    const handshake = { channel: '/meta/handshake', version: '1.0', supportedConnectionTypes: ['long-polling'] };
    const replies = await this.#exchange([this.#acknowledge ? { ...handshake, ext: { ack: true } } : handshake]);
    const reply = replies.find((/** @type {{ channel: string }} */ one) => one.channel === '/meta/handshake');
    if (!reply?.successful) throw new Error(`The handshake was answered with ${JSON.stringify(replies)}.`);
    this.#clientId = reply.clientId;
    const subscriptions = this.#channels.map((subscription) => ({ channel: '/meta/subscribe', subscription }));
    const answers = await this.#exchange(subscriptions.map((one) => ({ ...one, clientId: this.#clientId })));
    const refused = answers.find((/** @type {{ channel: string, successful: boolean }} */ one) => !one.successful);
    if (refused) throw new Error(`A subscription was answered with ${JSON.stringify(refused)}.`);
    this.#connect();
  }

  #request(/** @type {readonly object[]} */ messages) {
    const body = JSON.stringify(messages.map((message) => ({ ...message, id: `${++this.#id}` })));
    return post({ port: this.#port, path: this.#path, body, extra: this.#cookie });
  }

  /** @returns {Promise<any>} */
  #exchange(/** @type {readonly object[]} */ messages) {
    return new Promise((resolve, reject) => {
      this.#connection.send(this.#request(messages), (status, body, head) => {
        const cookie = /\r\nset-cookie: *([^;\r]+)/i.exec(head)?.[1];
        if (cookie !== undefined) this.#cookie = `Cookie: ${cookie}\r\n`;
        if (status === 200) resolve(JSON.parse(body.toString()));
        else reject(new Error(`Bayeux answered ${status} ${body}.`));
      });
    });
  }

  #connect() {
    const clientId = this.#clientId;
    const ext = this.#acknowledge ? `,"ext":{"ack":${this.#batch}}` : '';
    const body = `[{"id":"${++this.#id}","channel":"/meta/connect","connectionType":"long-polling","clientId":"${clientId}"${ext}}]`;
    const request = post({ port: this.#port, path: this.#path, body, extra: this.#cookie });
    this.#connection.send(request, (status, answer) => {
      const text = answer.toString();
      if (status !== 200 || !text.includes('"successful":true')) {
        this.#tally.fail(`A Bayeux connect was answered with ${status}: ${text}`);
        return;
      }
      if (this.#acknowledge) this.#batch = Number(/"ack":(\d+)/.exec(text)?.[1] ?? this.#batch);
      this.#connect();
      this.#tally.answer(answer);
    });
  }

  close() {
    this.#connection.close();
  }
}
