/** The floor of streams: holds every response open and writes the same text to all of them, with bare `res.write`. */
import { createServer } from 'node:http';
import { readBody } from './body.mjs';
import { listenOnLoopback, serveOrders } from './control.mjs';

/** @type {Set<import('node:http').ServerResponse>} */
const held = new Set();
/** As long as the product's cursor of a recipient's queue and everyone's. */
const cursor = 'rAAAAAAAAAAA0.eAAAAAAAAAAA0';
let ids = 0;
const base36 = 36;

const server = createServer((request, response) => {
  readBody(request, () => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(': bench\n\n');
    held.add(response);
    response.on('close', () => held.delete(response));
  });
});

serveOrders({
  port: await listenOnLoopback(server),
  broadcast: (data) => {
    const id = `AAAAAAAAAAA${(ids++).toString(base36)}`;
    const message = JSON.stringify({ id, cursor, kind: 'direct', type: 'bench', data, acceptedMs: Date.now() });
    const answer = `{"session":"s_${'A'.repeat(22)}","applications":{"bench":{"cursor":"${cursor}","messages":[${message}]}}}`;
    for (const response of held) response.write(`id: bench:${cursor}\ndata: ${answer}\n\n`);
  },
});
