/** Faye over Bayeux long-polling: a channel per recipient and one for everyone. It has no acknowledgements. */
import { createServer } from 'node:http';
import faye from 'faye';
import { listenOnLoopback, serveOrders } from './control.mjs';

const http = createServer();
const bayeux = new faye.NodeAdapter({ mount: '/bayeux', timeout: 45 });
bayeux.attach(http);
const client = bayeux.getClient();

serveOrders({
  port: await listenOnLoopback(http),
  publish: (recipient, data) => {
    client.publish(`/u${recipient}`, data);
  },
  broadcast: (data) => {
    client.publish('/everyone', data);
  },
});
