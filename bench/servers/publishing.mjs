/** The product's side of the parent's orders, the same for every adapter. */

/** @typedef {import('@pollux/core/server').CommunicationServer} CommunicationServer */
/** @typedef {Parameters<CommunicationServer['publish']>[1]} Notifications */

/** @returns {Required<Omit<import('./control.mjs').MeasuredServer, 'port'>>} */
export function publishing(/** @type {CommunicationServer} */ server) {
  /** The in-memory buffer answers at once, without a promise. */
  const publish = (/** @type {string} */ application, /** @type {Notifications} */ notifications) => {
    const answer = server.publish(application, notifications);
    if ('then' in answer) throw new Error('The in-memory buffer made a promise.');
    if (answer.refused) throw new Error(`Refused: ${JSON.stringify(answer.refused[0])}`);
  };
  return {
    publish: (recipient, data, application) =>
      publish(application, [{ to: { recipients: [`u${recipient}`] }, kind: 'direct', type: 'bench', data }]),
    broadcast: (data) => publish('bench', [{ to: { everyone: true }, kind: 'direct', type: 'bench', data }]),
    fill: (recipient, items) => {
      const to = { recipients: [`u${recipient}`] };
      publish(
        'bench',
        items.map((data) => ({ to, kind: /** @type {const} */ ('direct'), type: 'bench', data })),
      );
    },
  };
}
