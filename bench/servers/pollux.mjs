/** The product as its users get it: the built packages, the node adapter's own server, an in-memory buffer, defaults. */
import { createCommunicationServer } from '@pollux/core/server';
import { listen } from '@pollux/node';
import { serveOrders } from './control.mjs';

const server = createCommunicationServer({
  // The flood has to be taken in for its effect to be seen; a refused one would cost nothing.
  applications: { bench: {}, quiet: {}, flood: { overflow: 'drop-oldest' } },
});

/** @type {Map<string | undefined, { readonly recipient: string }>} */
const identities = new Map();
const mostRecipients = 12_000;
for (let index = 0; index < mostRecipients; index++) identities.set(`Bearer u${index}`, { recipient: `u${index}` });

// Who is calling costs the host one look-up here, as in the floor: the host's own cost is not the product's.
const { port } = await listen({ server, authenticate: (request) => identities.get(request.header('authorization')) });

/** @typedef {Parameters<typeof server.publish>[1]} Notifications */

/** Publishes; the in-memory buffer answers at once, without a promise. */
function publish(/** @type {string} */ application, /** @type {Notifications} */ notifications) {
  const answer = server.publish(application, notifications);
  if ('then' in answer) throw new Error('The in-memory buffer made a promise.');
  if (answer.refused) throw new Error(`Refused: ${JSON.stringify(answer.refused[0])}`);
}

serveOrders({
  port,
  publish: (recipient, data, application) =>
    publish(application, [{ to: { recipients: [`u${recipient}`] }, kind: 'direct', type: 'bench', data }]),
  broadcast: (data) => publish('bench', [{ to: { everyone: true }, kind: 'direct', type: 'bench', data }]),
  fill: (recipient, items) => {
    const to = { recipients: [`u${recipient}`] };
    const notifications = items.map((data) => ({ to, kind: /** @type {const} */ ('direct'), type: 'bench', data }));
    publish('bench', notifications);
  },
});
