/** What the load process counts, for all its clients together. */
import { mark } from '../servers/payload.mjs';

const markByte = mark.charCodeAt(0);

/** Messages in an answer, on any wire: the marks in it. */
export function countMessages(/** @type {Buffer} */ body) {
  let count = 0;
  for (let at = body.indexOf(markByte); at >= 0; at = body.indexOf(markByte, at + 1)) count++;
  return count;
}

export class Tally {
  delivered = 0;
  /** Answers that carried messages. */
  answers = 0;
  /** Bytes of their bodies. */
  bytes = 0;
  /** Answers that carried none, and answers to anything that is no poll. */
  others = 0;
  failures = 0;
  /** @type {string | undefined} */
  firstFailure;
  /** @type {{ until: number, resolve: () => void, reject: (error: Error) => void } | undefined} */
  #waiting;

  answer(/** @type {Buffer} */ body) {
    const count = countMessages(body);
    if (count === 0) {
      this.others++;
      return 0;
    }
    this.answers++;
    this.bytes += body.length;
    this.delivered += count;
    if (this.#waiting && this.delivered >= this.#waiting.until) this.#waiting.resolve();
    return count;
  }

  fail(/** @type {string} */ why) {
    this.failures++;
    this.firstFailure ??= why;
    this.#waiting?.reject(new Error(why));
  }

  /** Resolves when `delivered` messages have come since the start. */
  async reach(/** @type {number} */ delivered, timeoutMs = 120_000) {
    if (this.failures > 0) throw new Error(this.firstFailure);
    if (this.delivered >= delivered) return;
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    await new Promise((resolve, reject) => {
      this.#waiting = { until: delivered, resolve: () => resolve(undefined), reject };
      timer = setTimeout(() => reject(new Error(`${this.delivered} of ${delivered} messages came in time.`)), timeoutMs);
    }).finally(() => {
      clearTimeout(timer);
      this.#waiting = undefined;
    });
  }
}
