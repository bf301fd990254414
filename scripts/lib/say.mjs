/** What the scripts print: plain words, coloured only where somebody looks. */
const coloured = process.env.NO_COLOR === undefined && (process.stdout.isTTY === true || process.env.FORCE_COLOR !== undefined);

/** @param {number} code */
const paint = (code) => /** @param {string} text */ (text) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);

/** Colours that tell the processes of `npm start` apart. */
export const tints = [36, 35, 34, 32, 33].map(paint);

/** A line for whoever watches. @param {string} [text] */
export function say(text = '') {
  process.stdout.write(`${text}\n`);
}

/** A duration in words, from milliseconds. @param {number} ms */
export function duration(ms) {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** Ends the script with a reason. @param {string} text @returns {never} */
export function fail(text) {
  process.stderr.write(`${red('✗')} ${text}\n`);
  process.exit(1);
}
