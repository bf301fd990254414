import type { IncomingMessage } from 'node:http';

/**
 * A request header by its lower-case name. What came is looked through as it came: the object of all headers, which
 * Node.js makes when it is first asked for one, costs more than the few looks that a poll needs, and lives as long as
 * the poll is held. Repeated headers are left to Node.js, which knows which of them join and which count once.
 */
export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const { rawHeaders } = request;
  let found: string | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const raw = rawHeaders[i];
    if (raw?.length !== name.length || (raw !== name && raw.toLowerCase() !== name)) continue;
    if (found !== undefined) return joinedHeader(request, name);
    found = rawHeaders[i + 1];
  }
  return found;
}

function joinedHeader({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
