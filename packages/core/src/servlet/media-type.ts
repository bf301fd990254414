/** Media types of request bodies. */

export interface MediaType {
  /** Type and subtype in lower case, such as `application/json`. */
  readonly essence: string;
  /** In lower case. */
  readonly charset: string | undefined;
}

const inUtf8 = /^\s*charset\s*=\s*"?utf-8"?\s*$/i;

/** Whether a `Content-Type` is the media type given (in lower case), with no parameter but perhaps `charset=utf-8`. */
export function isTypeInUtf8(type: string, essence: string): boolean {
  const end = type.indexOf(';');
  const found = end < 0 ? type : type.slice(0, end);
  return found.trimEnd().toLowerCase() === essence && (end < 0 || inUtf8.test(type.slice(end + 1)));
}

/** Reads a `Content-Type`; `undefined` where it is not one media type. */
export function readMediaType(type: string): MediaType | undefined {
  const essence = /^[!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+(?=\s*(?:;|$))/.exec(type)?.[0];
  if (essence === undefined) return undefined;
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(type)?.[1];
  return { essence: essence.toLowerCase(), charset: charset?.toLowerCase() };
}
