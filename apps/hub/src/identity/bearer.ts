/** Reads `Authorization: Bearer …` (RFC 6750, section 2.1). */

const pattern = /^Bearer +([\w.~+/-]+=*) *$/i;

/** The credential of the header, `undefined` where it has none or one of another kind. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : pattern.exec(authorization)?.[1];
}
