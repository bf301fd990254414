/** The product as its users get it: the built packages, the node adapter's own server, an in-memory buffer, defaults. */
import { createCommunicationServer } from '@pollux/core/server';
import { listen } from '@pollux/node';
import { serveOrders } from './control.mjs';
import { authenticate } from './identities.mjs';
import { publishing } from './publishing.mjs';

const server = createCommunicationServer({
  // The flood has to be taken in for its effect to be seen; a refused one would cost nothing.
  applications: { bench: {}, quiet: {}, flood: { overflow: 'drop-oldest' } },
});
const { port } = await listen({ server, authenticate });

serveOrders({ port, ...publishing(server) });
