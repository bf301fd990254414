/** Reads a query without a URL parser; an undecodable part is taken as it stands. */
export function readQuery(target: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const start = target.indexOf('?');
  if (start < 0) return found;
  for (const piece of target.slice(start + 1).split('&')) {
    if (piece === '') continue;
    const equals = piece.indexOf('=');
    const name = decode(equals < 0 ? piece : piece.slice(0, equals));
    const value = equals < 0 ? '' : decode(piece.slice(equals + 1));
    const values = found.get(name);
    if (values === undefined) found.set(name, [value]);
    else values.push(value);
  }
  return found;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
