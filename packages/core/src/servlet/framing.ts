/** How a stream's events are written: `text/event-stream` for browsers, `application/x-ndjson` for other readers. */
import type { StreamEnd } from '../server/communication-server.ts';

export interface Framing {
  readonly contentType: string;
  readonly opening: string;
  readonly beat: string;
  answer(id: string, json: string): string;
  end(id: string, how: StreamEnd): string;
}

/** Milliseconds after which an `EventSource` comes back by itself. */
const retryMs = 1000;

/**
 * Server-sent events. Ids and JSON hold no line break by construction: cursors have a closed alphabet, and payloads are
 * stored without one.
 */
const eventStream: Framing = {
  contentType: 'text/event-stream',
  opening: `: pollux\nretry: ${retryMs}\n\n`,
  beat: ': \n\n',
  answer: (id, json) => `id: ${id}\ndata: ${json}\n\n`,
  end: (id, how) => `id: ${id}\nevent: end\ndata: ${JSON.stringify(how)}\n\n`,
};

/** A JSON value in each line; an empty line is a heartbeat. */
const jsonLines: Framing = {
  contentType: 'application/x-ndjson',
  opening: '\n',
  beat: '\n',
  answer: (id, json) => `{"id":${JSON.stringify(id)},"answer":${json}}\n`,
  end: (id, how) => `${JSON.stringify({ id, end: how })}\n`,
};

/** The framing that a request's `Accept` asks for; `undefined` for a plain poll. */
export function framingFor(accept: string | undefined): Framing | undefined {
  if (accept === undefined) return undefined;
  if (accept.includes('text/event-stream')) return eventStream;
  return accept.includes('application/x-ndjson') ? jsonLines : undefined;
}

/** The framing of `GET {base}/stream`. */
export const browserFraming: Framing = eventStream;

/** Longest id of an event, in characters: it comes back as a header. */
export const eventIdLength = 4096;

/** Reads an event's id back: cursors by application. */
export function parseEventId(id: string): ReadonlyMap<string, string> | undefined {
  const cursors = new Map<string, string>();
  for (const piece of id === '' ? [] : id.split(';')) {
    const colon = piece.indexOf(':');
    if (colon < 1) return undefined;
    cursors.set(piece.slice(0, colon), piece.slice(colon + 1));
  }
  return cursors;
}
