/** Faults of the HTTP face and of the server, made from outside. */
import type { CommunicationServer } from '../../../src/server/communication-server.ts';
import type { Answer, Exchange } from '../../../src/servlet/exchange.ts';
import type { Servlet } from '../../../src/servlet/servlet.ts';
import type { LoopbackPeerParts, WirePeerOptions } from '../../../src/testing/index.ts';

/** One fault of the wire. */
export interface WireMutant {
  readonly name: string;
  /** Clauses that it breaks: their cases alone have to catch it. */
  readonly breaks: readonly string[];
  readonly parts?: LoopbackPeerParts;
  /** Changes what the peer is opened with. */
  readonly options?: (options: WirePeerOptions) => WirePeerOptions;
}

/** An exchange with some members replaced; what the servlet sets on it reaches the original. */
export function exchanging(exchange: Exchange, changes: Partial<Exchange>): Exchange {
  return Object.defineProperty({ ...exchange, ...changes }, 'held', {
    get: () => exchange.held,
    set: (held: Exchange['held']) => {
      exchange.held = held;
    },
  });
}

/** A servlet that sees changed requests. */
export function asked(change: (exchange: Exchange) => Partial<Exchange>): LoopbackPeerParts {
  return { servlet: (servlet) => ({ ...servlet, handle: (exchange) => servlet.handle(exchanging(exchange, change(exchange))) }) };
}

/** A servlet whose answers are changed. */
export function answered(change: (answer: Answer, exchange: Exchange) => Answer): LoopbackPeerParts {
  return {
    servlet: (servlet: Servlet) => ({
      ...servlet,
      handle: (exchange) =>
        servlet.handle(exchanging(exchange, { respond: (answer) => exchange.respond(change(answer, exchange)) })),
    }),
  };
}

/** A poll's answer, to be changed at will. */
export interface LoosePoll {
  session?: unknown;
  more?: unknown;
  applications?: Record<string, { cursor?: string; messages?: Record<string, unknown>[]; gap?: unknown; error?: unknown }>;
}

/** A servlet whose 200 answers to polls are changed. */
export function polled(change: (body: LoosePoll, exchange: Exchange) => LoosePoll): LoopbackPeerParts {
  return answered((answer, exchange) => {
    if (answer.status !== 200 || !exchange.target.endsWith('/poll')) return answer;
    return { ...answer, body: JSON.stringify(change(JSON.parse(answer.body) as LoosePoll, exchange)) };
  });
}

/** A servlet that answers without some header, or with another value. */
export function headered(name: string, value?: string): LoopbackPeerParts {
  return answered((answer) => {
    const headers: string[] = [];
    for (let i = 0; i < answer.headers.length; i += 2) {
      if (answer.headers[i] !== name) headers.push(answer.headers[i] ?? '', answer.headers[i + 1] ?? '');
    }
    return { ...answer, headers: value === undefined ? headers : [...headers, name, value] };
  });
}

/** A server whose polls are changed on the way in or out. */
export function polling(poll: (server: CommunicationServer) => CommunicationServer['poll']): LoopbackPeerParts {
  return { server: (server) => ({ ...server, poll: poll(server) }) };
}
