/** What is stored in every measurement of a buffer: a 200-byte message for one of many recipients. */
import { makePayload, payloadBytes } from '../servers/payload.mjs';

/** @typedef {import('@pollux/core/server').AppendEntry} AppendEntry */

/** @param {number} recipient @returns {AppendEntry} */
export function entryFor(recipient) {
  return {
    address: { kind: 'recipient', name: `user-${recipient}` },
    application: 'orders',
    members: `"kind":"direct","type":"order.changed","data":${JSON.stringify(makePayload())}`,
    size: payloadBytes,
    ttlSeconds: 86_400,
    urgency: 'normal',
    topic: undefined,
    key: undefined,
    fingerprint: '',
    overflow: 'reject',
  };
}
