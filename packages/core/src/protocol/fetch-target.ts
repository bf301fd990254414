/**
 * What a `fetch` instruction may name: checked by the server when it is published and again by the client before it
 * fetches, with this one piece of code.
 *
 * The text is compared, never a parsed URL: it may hold only characters on which every parser agrees (no backslash, no
 * white space, nothing but ASCII), and has to begin with a registered origin, letter by letter. So there is no second
 * reading of it that leads elsewhere.
 */

/** One registered origin with an optional path under it, or a path of the page's own origin. */
export interface FetchTarget {
  /** `undefined`: the page's own origin. */
  readonly origin: string | undefined;
  /** The path without its last slash; empty for everything. */
  readonly path: string;
}

/** Longest `href`, in characters. */
const longestHref = 2048;

/** The characters of RFC 3986 without `#`: a fragment never reaches a server, so it has no business here. */
const plainText = /^[\w\-.~:/?@!$&'()*+,;=%[\]]+$/;

/**
 * In a path: empty or dot segments (also with a parameter, `/..;/`, which some servers skip), and encodings of dot,
 * slash, backslash, percent, controls, of bytes that only overlong UTF-8 has, or of nothing.
 */
const deviousPath = /\/\/|(^|\/)\.{1,2}([/;]|$)|%(2[ef5]|5c|[01].|7f|c[01]|(?![\da-f]{2}))/i;

function parseFetchTarget(text: string): FetchTarget {
  const origin = /^https?:\/\/[\w.:[\]-]+/.exec(text)?.[0];
  const path = text.slice(origin?.length);
  try {
    // A text that its own parser would change could never be compared letter by letter.
    const canonical = origin === undefined ? text !== '' : new URL(origin).origin === origin;
    const plain = plainText.test(text) && /^(\/[^?]*)?$/.test(path) && !deviousPath.test(path);
    if (canonical && plain) return { origin, path: path.replace(/\/$/, '') };
  } catch {
    // No URL at all.
  }
  throw new TypeError(
    `fetchTargets: ${JSON.stringify(text)} is neither an origin (https://orders.example) nor an absolute path (/api/orders).`,
  );
}

/**
 * Parses an application's `fetchTargets`: origins (`https://orders.example`), origins with a path below which
 * everything is meant (`https://example.com/orders`), and absolute paths of the page's own origin (`/api/orders`).
 * @throws TypeError naming the entry that is none of these
 */
export function parseFetchTargets(list: readonly string[]): readonly FetchTarget[] {
  return list.map(parseFetchTarget);
}

/**
 * Resolves what a `fetch` instruction names to the address to request, or to `undefined` where it lies outside the
 * targets.
 * @param pageOrigin the origin that absolute paths belong to; without one they are returned as they are
 */
export function resolveFetch(href: string, targets: readonly FetchTarget[], pageOrigin?: string): string | undefined {
  if (href.length > longestHref || !plainText.test(href)) return undefined;
  const full = href[0] === '/' ? (pageOrigin ?? '') + href : href;
  const place = full.replace(/\?.*/, '');
  for (const target of targets) {
    const origin = target.origin ?? pageOrigin ?? '';
    // Whole segments: the origin ends where a slash follows, and so does the path.
    const covered = place !== '' && `${place}/`.startsWith(`${origin}${target.path}/`);
    if (covered && !deviousPath.test(place.slice(origin.length))) return full;
  }
  return undefined;
}

/** Whether a `fetch` instruction's `href` lies under one of the targets. */
export function isFetchAllowed(href: string, targets: readonly FetchTarget[], pageOrigin?: string): boolean {
  return resolveFetch(href, targets, pageOrigin) !== undefined;
}
