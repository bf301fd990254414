import type { RequestView } from '@pollux/core/server';

const pattern = /^Bearer +([\w.~+/-]+=*) *$/i;

/** The credential of `Authorization: Bearer …` (RFC 6750, section 2.1), `undefined` where there is none or one of another kind. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : pattern.exec(authorization)?.[1];
}

/** The bearer credential of a request; nothing in its address is ever looked at. */
export function bearerIn(request: Pick<RequestView, 'header'>): string | undefined {
  return bearerOf(request.header('authorization'));
}
