/** SockJS, driven by its xhr polling transport. It has no acknowledgements and no addressing: strings to connections. */
import { createServer } from 'node:http';
import sockjs from 'sockjs';
import { listenOnLoopback, serveOrders } from './control.mjs';

const http = createServer();
const echo = sockjs.createServer({ prefix: '/bench', log: () => {} });
/** @type {import('sockjs').Connection[]} */
const connections = [];
echo.on('connection', (connection) => connections.push(connection));
echo.installHandlers(http);

serveOrders({
  port: await listenOnLoopback(http),
  publish: (recipient, data) => {
    connections[recipient]?.write(JSON.stringify(data));
  },
  broadcast: (data) => {
    const text = JSON.stringify(data);
    for (const connection of connections) connection.write(text);
  },
});
