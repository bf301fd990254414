/** CometD's Node.js server over Bayeux long-polling, with its acknowledgement extension. */
import { createServer } from 'node:http';
import cometdServer from 'cometd-nodejs-server';
import acknowledgements from 'cometd-nodejs-server/ack-extension.js';
import { listenOnLoopback, serveOrders } from './control.mjs';

const cometd = cometdServer.createCometDServer();
cometd.addExtension(new acknowledgements.AcknowledgedMessagesExtension());
const http = createServer(cometd.handle);
/** @type {import('cometd-nodejs-server').ServerSession[]} */
const sessions = [];
cometd.addListener('sessionAdded', (session) => sessions.push(session));

serveOrders({
  port: await listenOnLoopback(http),
  publish: (recipient, data) => {
    sessions[recipient]?.deliver(null, '/bench', data);
  },
  broadcast: (data) => {
    cometd.getServerChannel('/everyone').publish(null, data);
  },
});
