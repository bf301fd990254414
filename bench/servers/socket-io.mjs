/** Socket.IO, HTTP long-polling only. With `acknowledge` as argument each message asks for its acknowledgement. */
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { listenOnLoopback, serveOrders } from './control.mjs';

const http = createServer();
const io = new Server(http, { transports: ['polling'], serveClient: false });
/** @type {import('socket.io').Socket[]} */
const sockets = [];
io.on('connection', (socket) => sockets.push(socket));

const acknowledge = process.argv.includes('acknowledge');
let acknowledged = 0;

serveOrders({
  port: await listenOnLoopback(http),
  publish: (recipient, data) => {
    const socket = sockets[recipient];
    if (acknowledge) socket?.emit('bench', data, () => acknowledged++);
    else socket?.emit('bench', data);
  },
  broadcast: (data) => {
    io.emit('bench', data);
  },
});
