/**
 * The floor: the least node:http server that queues, holds and answers polls, with acknowledgement by cursor. It takes
 * the product's requests and gives answers of the same size, with `JSON.parse`, an array per recipient and nothing else:
 * no bounds, no expiry, no sessions, no checks. What a product costs above it is the price of its promises.
 */
import { createServer } from 'node:http';
import { readBody } from './body.mjs';
import { listenOnLoopback, serveOrders } from './control.mjs';

/**
 * @typedef {object} Mailbox
 * @property {string[]} messages JSON without the closing brace, oldest first
 * @property {number} base position of the last one freed
 * @property {string} session
 * @property {Held | undefined} held
 */
/** @typedef {{ response: import('node:http').ServerResponse, read: number, until: number }} Held */

/** As long as the product's cursor of a recipient's queue and everyone's. */
const cursorPrefix = 'rAAAAAAAAAAA0.eAAAAAAAAAAA';
const responseBytes = 262_144;

/** @type {Map<string, Mailbox>} */
const mailboxes = new Map();

function mailboxOf(/** @type {string} */ name) {
  let mailbox = mailboxes.get(name);
  if (mailbox === undefined) {
    mailbox = { messages: [], base: 0, session: `s_${'A'.repeat(22)}`, held: undefined };
    mailboxes.set(name, mailbox);
  }
  return mailbox;
}

function send(/** @type {import('node:http').ServerResponse} */ response, /** @type {string} */ body) {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

/** Answers with everything after `read`, up to the size of one answer. */
function deliver(
  /** @type {Mailbox} */ mailbox,
  /** @type {import('node:http').ServerResponse} */ response,
  /** @type {number} */ read,
) {
  const { messages, base, session } = mailbox;
  let text = '';
  let at = read - base;
  for (; at < messages.length && text.length < responseBytes; at++) {
    text += `${text === '' ? '' : ','}${messages[at]},"cursor":"${cursorPrefix}${base + at + 1}"}`;
  }
  const more = at < messages.length ? ',"more":true' : '';
  send(
    response,
    `{"session":"${session}","applications":{"bench":{"cursor":"${cursorPrefix}${base + at}","messages":[${text}]${more}}}${more}}`,
  );
}

function poll(
  /** @type {string} */ name,
  /** @type {string} */ body,
  /** @type {import('node:http').ServerResponse} */ response,
) {
  const request = JSON.parse(body);
  const { cursor } = request.applications.bench;
  const mailbox = mailboxOf(name);
  if (cursor === null && mailbox.messages.length === 0) {
    send(response, `{"session":"${mailbox.session}","applications":{"bench":{"cursor":"${cursorPrefix}${mailbox.base}"}}}`);
    return;
  }
  const handled = cursor === null ? mailbox.base : Number(cursor.slice(cursorPrefix.length));
  if (handled > mailbox.base) {
    mailbox.messages.splice(0, handled - mailbox.base);
    mailbox.base = handled;
  }
  if (mailbox.messages.length > 0) deliver(mailbox, response, mailbox.base);
  else if (request.wait > 0) mailbox.held = { response, read: handled, until: Date.now() + request.wait * 1000 };
  else response.writeHead(204).end();
}

function append(/** @type {Mailbox} */ mailbox, /** @type {string} */ json) {
  mailbox.messages.push(json);
  const { held } = mailbox;
  if (held === undefined) return;
  mailbox.held = undefined;
  deliver(mailbox, held.response, held.read);
}

let ids = 0;
const base36 = 36;

/** The message as it will stand in answers, without its cursor. */
function serialise(/** @type {unknown} */ data) {
  const id = `AAAAAAAAAAA${(ids++).toString(base36)}`;
  return JSON.stringify({ id, kind: 'direct', type: 'bench', data, acceptedMs: Date.now() }).slice(0, -1);
}

const server = createServer((request, response) => {
  const name = request.headers.authorization ?? '';
  readBody(request, (body) => poll(name, body, response));
});

setInterval(() => {
  const now = Date.now();
  for (const mailbox of mailboxes.values()) {
    if (mailbox.held === undefined || mailbox.held.until > now) continue;
    mailbox.held.response.writeHead(204).end();
    mailbox.held = undefined;
  }
}, 1000);

serveOrders({
  port: await listenOnLoopback(server),
  publish: (recipient, data) => append(mailboxOf(`Bearer u${recipient}`), serialise(data)),
  broadcast: (data) => {
    const json = serialise(data);
    for (const mailbox of mailboxes.values()) append(mailbox, json);
  },
  fill: (recipient, data) => {
    const mailbox = mailboxOf(`Bearer u${recipient}`);
    for (const item of data) append(mailbox, serialise(item));
  },
});
