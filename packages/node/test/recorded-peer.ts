/** A peer that writes down everything that its server says, to look through afterwards for what nobody may be told. */
import type { ServerEvent } from '@pollux/core/server';
import type { WirePeer } from '@pollux/core/testing';

/** What was said, and what must not have been. */
export interface Record {
  /** Heads and bodies of answers, events as lines of a log, what was written to the console. */
  readonly said: Set<string>;
  readonly secrets: Set<string>;
}

export function createRecord(): Record {
  return { said: new Set(), secrets: new Set() };
}

const decoder = new TextDecoder();

/** Wraps a peer; credentials that it hands out are secrets from then on, and so are tickets. */
export function recorded(
  peer: WirePeer,
  { said, secrets }: Record,
  observe: (listener: (event: ServerEvent) => void) => void,
): WirePeer {
  const secret = (headers: Readonly<{ [name: string]: string }>): Readonly<{ [name: string]: string }> => {
    for (const value of Object.values(headers)) secrets.add(value.replace(/^Bearer /, ''));
    return headers;
  };
  observe((event) => said.add(JSON.stringify(event)));
  return {
    ...peer,
    authorization: (recipient, claims) => secret(peer.authorization(recipient, claims)),
    publisher: (...applications) => secret(peer.publisher(...applications)),
    async raw(text) {
      const answer = (await peer.raw?.(text)) ?? '';
      said.add(answer);
      return answer;
    },
    async fetch(input, init) {
      const response = await (peer.fetch ?? fetch)(input, init);
      said.add(JSON.stringify([...response.headers]));
      if (/event-stream|ndjson/.test(response.headers.get('content-type') ?? '')) return recordedStream(response, said);
      const text = await response.clone().text();
      // The one place where a ticket belongs.
      const ticket = response.url.endsWith('/ticket') ? /"ticket":"([^"]+)"/.exec(text)?.[1] : undefined;
      if (ticket === undefined) said.add(text);
      else secrets.add(ticket);
      return response;
    },
  };
}

function recordedStream({ status, headers, body }: Response, said: Set<string>): Response {
  const reader = body?.getReader();
  const copy = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await reader?.read();
        if (next?.value === undefined) return controller.close();
        said.add(decoder.decode(next.value));
        controller.enqueue(next.value);
      },
      cancel: (reason) => reader?.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return new Response(copy, { status, headers });
}

const inner = [/\n\s+at .+:\d+:\d+/, /node_modules/, /file:\/\//, /\/packages\/[a-z]+\/src/, /[A-Za-z]+Error: /];

/** Everything that was said and must not be: secrets, stacks, paths. */
export function findLeaks({ said, secrets }: Record): string[] {
  const leaks: string[] = [];
  for (const text of said) {
    for (const secret of secrets) if (text.includes(secret)) leaks.push(`a secret in ${text.slice(0, 300)}`);
    for (const pattern of inner) if (pattern.test(text)) leaks.push(`${pattern} in ${text.slice(0, 300)}`);
  }
  return leaks;
}
