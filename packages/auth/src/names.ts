/** What recipients, groups and applications may be called. */
import { applicationPattern, nameBytes } from '@pollux/core';

const encoder = new TextEncoder();

/** A name of 1 to 256 bytes without control characters. */
export function isName(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || /\p{Cc}|\p{Surrogate}/u.test(value)) return false;
  return value.length <= nameBytes && encoder.encode(value).length <= nameBytes;
}

/** A possible name of an application. */
export function isApplication(value: unknown): value is string {
  return typeof value === 'string' && applicationPattern.test(value);
}

/** Most names that one claim may list. */
const mostNames = 1000;

/** The names of a claim or setting: `undefined` where there is none, false where it is something else than names. */
export function namesOf(list: unknown, accepts: (name: unknown) => name is string): readonly string[] | undefined | false {
  if (list === undefined) return undefined;
  return Array.isArray(list) && list.length <= mostNames && list.every(accepts) ? list : false;
}
