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
    if (raw?.length !== name.length || !isSame(raw, name)) continue;
    if (found !== undefined) return joinedHeader(request, name);
    found = rawHeaders[i + 1];
  }
  return found;
}

/** Whether a name is this one, whatever the case of its letters; header names are ASCII (RFC 9110, section 5.1). */
function isSame(raw: string, name: string): boolean {
  for (let at = 0; at < name.length; at++) {
    const unit = raw.charCodeAt(at);
    const wanted = name.charCodeAt(at);
    if (unit !== wanted && (unit < 0x41 || unit > 0x5a || unit + 0x20 !== wanted)) return false;
  }
  return true;
}

function joinedHeader({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
