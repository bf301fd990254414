/** The one payload of every scenario: JSON of exactly 200 bytes, stamped with the moment it was made. */

/** Bytes of a payload's JSON. */
export const payloadBytes = 200;

/**
 * The sign that every payload has once and that nothing else on any wire here has: the load process counts messages by
 * it, without parsing.
 */
export const mark = '^';

/** Microseconds of the machine's monotonic clock, the same in all processes. */
export function nowMicroseconds() {
  return Number(process.hrtime.bigint() / 1000n);
}

const filler = mark + 'x'.repeat(payloadBytes);
/** @type {Map<number, string>} */
const texts = new Map();

/** @typedef {{ readonly at: number, readonly text: string }} Payload */

/** @returns {Payload} */
export function makePayload() {
  const at = nowMicroseconds();
  const rest = payloadBytes - `{"at":${at},"text":""}`.length;
  let text = texts.get(rest);
  if (text === undefined) {
    text = filler.slice(0, rest);
    texts.set(rest, text);
  }
  return { at, text };
}
