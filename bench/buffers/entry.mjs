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

/** The same with an idempotency key, as the publisher makes them. @param {number} recipient @param {number} n @returns {AppendEntry} */
export function keyedEntryFor(recipient, n) {
  return {
    ...entryFor(recipient),
    key: asReceived(`key-${n}-`.padEnd(22, 'k')),
    fingerprint: asReceived(`${n}`.padEnd(21, 'f')),
  };
}

/** In one piece: a text that was put together takes more. @param {string} text */
function asReceived(text) {
  return Buffer.from(text).toString('latin1');
}
