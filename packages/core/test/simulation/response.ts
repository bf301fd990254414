/** An answer as the client gets it, with what a bad line makes of it; only what clients read of a `Response`. */

export interface ResponseSource {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** The connection breaks in the middle of the body. */
  readonly cut?: boolean;
}

/** Real `Response` objects cost more than all the rest of a simulated request, so this stands in for one. */
export function createResponse(source: ResponseSource): Response {
  const { status, headers, body, cut } = source;
  const bytes = new TextEncoder().encode(body);
  const reader = (): { read(): Promise<{ done: boolean; value?: Uint8Array }>; cancel(): Promise<void> } => {
    // In two pieces, as it may come: a client must not take a piece for the whole.
    const pieces = bytes.length < 2 ? [bytes] : [bytes.slice(0, bytes.length >> 1), bytes.slice(bytes.length >> 1)];
    return {
      read: async () => {
        if (cut && pieces.length === 1) throw new TypeError('terminated');
        const value = pieces.shift();
        return value === undefined ? { done: true } : { done: false, value };
      },
      cancel: async () => undefined,
    };
  };
  const response = {
    status,
    ok: status >= 200 && status < 300,
    headers: { get: (name: string) => headers.get(name.toLowerCase()) ?? null },
    body: { getReader: reader, cancel: async () => undefined },
    text: async () => body,
    json: async () => JSON.parse(body),
    clone: () => createResponse(source),
  };
  // The fetcher of the client asks whether it got a response.
  Object.setPrototypeOf(response, Response.prototype);
  return response as unknown as Response;
}
