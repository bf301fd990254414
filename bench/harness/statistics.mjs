/** Medians and spread. */

/** @typedef {{ median: number, low: number, high: number }} Spread */

export function median(/** @type {readonly number[]} */ values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** @returns {Spread} */
export function spread(/** @type {readonly number[]} */ values) {
  return { median: median(values), low: Math.min(...values), high: Math.max(...values) };
}

/** The value below which `share` of the values lie. */
export function quantile(/** @type {readonly number[]} */ values, /** @type {number} */ share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
