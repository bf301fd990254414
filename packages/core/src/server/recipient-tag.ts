/**
 * A recipient's tag: the same in every session and on every node, different for every recipient, and not its name. A client
 * keeps by it what survives a reload, and shares a connection between tabs.
 *
 * It is the first half of a SHA-256 (FIPS 180-4), which no two recipients can be made to share. Computed here, since the
 * platform's own answers with a promise.
 */

/** The first 32 bits of the fractional parts of roots of the first primes. */
function rootsOfPrimes(count: number, root: number): number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate++) {
    let isPrime = true;
    for (let factor = 2; factor * factor <= candidate; factor++) if (candidate % factor === 0) isPrime = false;
    if (isPrime) found.push(((candidate ** (1 / root) % 1) * 2 ** 32) | 0);
  }
  return found;
}

const initial = rootsOfPrimes(8, 2);
const constants = rootsOfPrimes(64, 3);

const rotate = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits));

/** One block of 64 bytes into the state. */
function compress(state: number[], view: DataView, offset: number): void {
  const words = new Int32Array(64);
  let [a, b, c, d, e, f, g, h] = state as [number, number, number, number, number, number, number, number];
  for (let i = 0; i < 64; i++) {
    if (i < 16) words[i] = view.getInt32(offset + i * 4);
    else {
      const early = words[i - 15] ?? 0;
      const late = words[i - 2] ?? 0;
      const s0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
      const s1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
      words[i] = (words[i - 16] ?? 0) + s0 + (words[i - 7] ?? 0) + s1;
    }
    const choice = (e & f) ^ (~e & g);
    const t1 = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice + (constants[i] ?? 0) + (words[i] ?? 0);
    const t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] = ((state[i] ?? 0) + word) | 0;
}

/** The recipient's tag, 32 hex digits. */
export function recipientTag(recipient: string): string {
  const text = new TextEncoder().encode(`pollux recipient ${recipient}`);
  const padded = new Uint8Array((((text.length + 8) >> 6) + 1) * 64);
  padded.set(text);
  padded[text.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, text.length * 8);
  const state = [...initial];
  for (let offset = 0; offset < padded.length; offset += 64) compress(state, view, offset);
  return state
    .slice(0, 4)
    .map((word) => (word >>> 0).toString(16).padStart(8, '0'))
    .join('');
}
