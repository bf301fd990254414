/** Faults of publishing by CloudEvents. */
import { answered, asked, exchanging, type WireMutant } from './wire-mutant.ts';

const isEvent = (type: string | undefined): boolean => type?.startsWith('application/cloudevents') ?? false;

/** A notification without its key, whatever it is. */
function keyless(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('key' in value)) return value;
  const { key: _key, ...rest } = value;
  return rest;
}

export const eventMutants: readonly WireMutant[] = [
  {
    name: "takes an event's headers as they stand",
    breaks: ['9.11'],
    parts: asked((exchange) => ({
      header: (name) => (name.startsWith('ce-') ? exchange.header(name)?.replaceAll('%', '%25') : exchange.header(name)),
    })),
  },
  {
    name: "decodes an event's headers twice",
    breaks: ['9.11'],
    parts: asked((exchange) => ({
      header: (name) =>
        name === 'ce-note' ? decodeURIComponent(exchange.header(name) ?? '') || undefined : exchange.header(name),
    })),
  },
  {
    name: 'takes an event that a page can send without asking',
    breaks: ['9.11'],
    parts: asked((exchange) => ({
      header: (name) => {
        const value = exchange.header(name);
        const isBinary = exchange.header('ce-specversion') !== undefined;
        return name === 'content-type' && isBinary && /^text\/plain/i.test(value ?? '') ? 'application/json' : value;
      },
    })),
  },
  {
    name: 'takes every format of events for JSON',
    breaks: ['9.11'],
    parts: asked((exchange) => ({
      header: (name) => {
        const value = exchange.header(name);
        return name === 'content-type' && isEvent(value) ? value?.replace(/\+avro|\+protobuf/, '+json') : value;
      },
    })),
  },
  {
    name: 'refuses a whole batch for one event',
    breaks: ['9.11'],
    parts: answered((answer, exchange) =>
      isEvent(exchange.header('content-type')) && answer.body.includes('"refused"') ? { ...answer, status: 400 } : answer,
    ),
  },
  {
    name: 'stores an event as often as it is delivered',
    breaks: ['9.12'],
    parts: {
      server: (server) => ({
        ...server,
        publish: (application, value, payloads) =>
          server.publish(application, Array.isArray(value) ? value.map(keyless) : keyless(value), payloads),
      }),
    },
  },
  {
    name: 'has the URL stand above the event',
    breaks: ['9.13'],
    parts: asked((exchange) => ({
      readBody: async (maxBytes) => {
        const body = await exchange.readBody(maxBytes);
        const isOverruled = exchange.target.includes('?recipient=') && body.kind === 'text';
        return isOverruled ? { kind: 'text', text: body.text.replaceAll('"polluxrecipient"', '"forgotten"') } : body;
      },
    })),
  },
  {
    name: 'lets a query address a plain notification',
    breaks: ['9.13'],
    parts: {
      servlet: (servlet) => ({
        ...servlet,
        handle: (exchange) => {
          const recipient = /\?recipient=(\w+)/.exec(exchange.target)?.[1];
          if (recipient === undefined || isEvent(exchange.header('content-type'))) return servlet.handle(exchange);
          servlet.handle(
            exchanging(exchange, {
              readBody: async (maxBytes) => {
                const body = await exchange.readBody(maxBytes);
                return body.kind === 'text' ? { kind: 'text', text: body.text.replace('"bob"', `"${recipient}"`) } : body;
              },
            }),
          );
        },
      }),
    },
  },
  {
    name: 'forgets what an event says of its delivery',
    breaks: ['9.13'],
    parts: asked((exchange) => ({
      headerNames: () => [...exchange.headerNames()].filter((name) => name !== 'ce-polluxttl'),
    })),
  },
];
