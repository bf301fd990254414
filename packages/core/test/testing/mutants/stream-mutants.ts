/** Faults of streams, tickets, and acknowledgement apart from polls. */
import type { Exchange, OpenAnswer } from '../../../src/servlet/exchange.ts';
import type { LoopbackPeerParts } from '../../../src/testing/index.ts';
import { exchanging, type WireMutant } from './wire-mutant.ts';

/** An open answer with some members replaced; the rest goes to the original. */
function delegating(answer: OpenAnswer, changes: Partial<Pick<OpenAnswer, 'write' | 'end'>>): OpenAnswer {
  return {
    write: changes.write ?? ((text) => answer.write(text)),
    end: changes.end ?? (() => answer.end()),
    cut: () => answer.cut(),
    get buffered() {
      return answer.buffered;
    },
    get onDrain() {
      return answer.onDrain;
    },
    set onDrain(hook) {
      answer.onDrain = hook;
    },
  };
}

/** A servlet whose streams are changed. */
function streaming(change: (answer: OpenAnswer) => Partial<Pick<OpenAnswer, 'write' | 'end'>>): LoopbackPeerParts {
  return {
    servlet: (servlet) => ({
      ...servlet,
      handle: (exchange) => {
        const open: Exchange['open'] = (head) => {
          const answer = exchange.open(head);
          return delegating(answer, change(answer));
        };
        servlet.handle(exchanging(exchange, { open }));
      },
    }),
  };
}

/** A servlet whose streams' text is changed. */
function writing(change: (text: string) => string): LoopbackPeerParts {
  return streaming((answer) => ({
    write: (text) => {
      const changed = change(text);
      if (changed !== '') answer.write(changed);
    },
  }));
}

export const streamMutants: readonly WireMutant[] = [
  {
    name: 'puts raw line breaks into events',
    breaks: ['14.3', '14.8'],
    parts: writing((text) => text.replaceAll('\\n', '\n').replaceAll('\\r', '\r')),
  },
  {
    name: 'sends no heartbeat',
    breaks: ['14.5'],
    parts: writing((text) => (text.trim() === ':' || text.trim() === '' ? '' : text)),
  },
  { name: 'ends without saying so', breaks: ['14.6'], parts: writing((text) => (text.includes('event: end') ? '' : text)) },
  { name: 'gives events no id', breaks: ['14.4', '14.6', '14.7'], parts: writing((text) => text.replace(/^id: .*\n/gm, '')) },
  {
    name: 'gives an event the id of what it holds',
    breaks: ['14.4'],
    parts: writing((text) => {
      const cursor = /"orders":\{"cursor":"([^"]+)"/.exec(text)?.[1];
      return cursor === undefined ? text : text.replace(/^id: .*$/m, `id: orders:${cursor}`);
    }),
  },
  { name: 'lets proxies buffer streams', breaks: ['14.1'], parts: headeredStream('x-accel-buffering') },
  {
    name: 'takes a ticket twice',
    breaks: ['14.9'],
    parts: {
      servlet: (servlet) => {
        const known = new Map<string, string>();
        return {
          ...servlet,
          handle: (exchange) => {
            const ticket = /[?&]ticket=([^&]+)/.exec(exchange.target)?.[1] ?? '';
            const again = known.get(ticket);
            if (exchange.target.endsWith('/ticket')) {
              const credential = exchange.header('authorization') ?? '';
              return servlet.handle(
                exchanging(exchange, {
                  respond: (answer) => {
                    if (answer.status === 200) known.set((JSON.parse(answer.body) as { ticket: string }).ticket, credential);
                    exchange.respond(answer);
                  },
                }),
              );
            }
            if (again === undefined) return servlet.handle(exchange);
            const header: Exchange['header'] = (name) => (name === 'authorization' ? again : exchange.header(name));
            servlet.handle(exchanging(exchange, { header, target: exchange.target.replace(/[?&]ticket=[^&]+/, '') }));
          },
        };
      },
    },
  },
  {
    name: 'takes tokens in addresses',
    breaks: ['11.2'],
    parts: {
      servlet: (servlet) => ({
        ...servlet,
        handle: (exchange) =>
          servlet.handle(
            exchanging(exchange, { target: exchange.target.replace(/&(token|access_token|authorization)=[^&]*/, '') }),
          ),
      }),
    },
  },
  {
    name: "acknowledges for another recipient's session",
    breaks: ['14.7'],
    parts: {
      server: (server) => ({
        ...server,
        acknowledge: (_identity, request) =>
          server.acknowledge({ recipient: server.inspect.session(request.session)?.recipient ?? '' }, request),
      }),
    },
  },
  {
    name: 'acknowledges nothing apart from polls',
    breaks: ['14.7'],
    parts: { server: (server) => ({ ...server, acknowledge: () => new Map() }) },
  },
  {
    name: 'does not end a stream whose reader hung up',
    breaks: ['14.6'],
    parts: {
      server: (server) => ({
        ...server,
        stream: (...args) => {
          server.stream(...args);
          return undefined;
        },
      }),
    },
  },
  { name: 'says of streams that they may be stored', breaks: ['14.1'], parts: headeredStream('cache-control') },
];

/** A servlet whose streams lack a header. */
function headeredStream(name: string): LoopbackPeerParts {
  return {
    servlet: (servlet) => ({
      ...servlet,
      handle: (exchange) => {
        const open: Exchange['open'] = (head) => {
          const headers = head.headers.filter((_, index) => head.headers[index - (index % 2)] !== name);
          return exchange.open({ ...head, headers });
        };
        servlet.handle(exchanging(exchange, { open }));
      },
    }),
  };
}
