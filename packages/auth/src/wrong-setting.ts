/** A setting that cannot be meant: what it is, why it does not do, how to mend it. Never shows a secret. */
export function wrongSetting(setting: string, text: string): TypeError {
  return new TypeError(`${setting}: ${text}`);
}

/** Refuses settings that are not known, so that a misspelt one is never ignored in silence. */
export function refuseUnknown(settings: object, known: readonly string[]): void {
  const stranger = Object.keys(settings).find((name) => !known.includes(name));
  if (stranger !== undefined)
    throw wrongSetting(stranger, `is not a setting and would be ignored. Known here: ${known.join(', ')}.`);
}

/** Checks a number of seconds or of entries. */
export function wholeNumber(setting: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw wrongSetting(setting, `${String(value)} is not usable. Give a whole number from ${least} to ${most}.`);
}
