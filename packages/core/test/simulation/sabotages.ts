/** Bugs that a communication server or client could have, each built in from outside. The checks have to catch every one. */
import type {
  BufferedMessage,
  ExchangeRequest,
  MaybePromise,
  MessageBuffer,
  QueueReading,
} from '../../src/buffer/message-buffer.ts';
import { createCommunicationServer } from '../../src/server/create-communication-server.ts';
import type { Sabotage } from './sabotage.ts';
import { createSeededRandom } from './seeded-random.ts';
import type { Settings } from './settings.ts';
import type { Invariant } from './world.ts';

export interface Bug {
  readonly name: string;
  /** The invariants that it breaks, one of which has to be reported. */
  readonly breaks: readonly Invariant[];
  readonly sabotage: (settings: Settings) => Sabotage;
}

type Mend = (reading: QueueReading, index: number) => QueueReading;

/** A buffer whose readings are tampered with. */
function withReadings(buffer: MessageBuffer, change: Mend): MessageBuffer {
  return { ...buffer, exchange: (request) => then(buffer.exchange(request), (readings) => readings.map(change)) };
}

/** A buffer that is asked for something else. */
function withRequest(buffer: MessageBuffer, change: (request: ExchangeRequest) => ExchangeRequest): MessageBuffer {
  return { ...buffer, exchange: (request) => buffer.exchange(change(request)) };
}

function then<T, U>(value: MaybePromise<T>, use: (value: T) => U): MaybePromise<U> {
  return typeof value === 'object' && value !== null && 'then' in value ? value.then(use) : use(value as T);
}

const withMessages = (change: (messages: readonly BufferedMessage[]) => readonly BufferedMessage[]): Sabotage => ({
  buffer: (buffer) => withReadings(buffer, (reading) => ({ ...reading, messages: change(reading.messages) })),
});

const withQueues = (change: (queue: ExchangeRequest['queues'][number]) => ExchangeRequest['queues'][number]): Sabotage => ({
  buffer: (buffer) => withRequest(buffer, (request) => ({ ...request, queues: request.queues.map(change) })),
});

/** What was read is taken for handled. */
function deleteOnDelivery(buffer: MessageBuffer): MessageBuffer {
  return {
    ...buffer,
    exchange: (request) =>
      then(buffer.exchange(request), (readings) => {
        const queues = request.queues.map((queue, index) => {
          const { epoch = '', last = 0 } = readings[index] ?? {};
          return { ...queue, handled: { epoch, position: last }, read: { epoch, position: last }, limit: undefined };
        });
        void buffer.exchange({ ...request, queues });
        return readings;
      }),
  };
}

export const bugs: readonly Bug[] = [
  { name: 'delete on delivery', breaks: ['freeing', 'I1'], sabotage: () => ({ buffer: deleteOnDelivery }) },
  {
    name: 'acknowledgement off by one',
    breaks: ['freeing', 'I1'],
    sabotage: () =>
      withQueues((queue) =>
        queue.handled === undefined
          ? queue
          : { ...queue, handled: { ...queue.handled, position: queue.handled.position + 1 }, read: queue.read ?? queue.handled },
      ),
  },
  {
    name: 'lost wake-up',
    breaks: ['I9'],
    sabotage: ({ applications, limits }) => ({
      server: (server, buffer) => ({ ...server, publish: createCommunicationServer({ applications, limits, buffer }).publish }),
    }),
  },
  { name: 'reorder', breaks: ['I4'], sabotage: () => withMessages((messages) => [...messages].reverse()) },
  {
    name: 'a message skipped',
    breaks: ['I1'],
    sabotage: () => withMessages((messages) => messages.filter(({ position }) => position % 5 !== 0)),
  },
  {
    name: 'idempotency off',
    breaks: ['I2'],
    sabotage: () => ({
      buffer: (buffer) => ({
        ...buffer,
        append: (entries) => buffer.append(entries.map((entry) => ({ ...entry, key: undefined }))),
      }),
    }),
  },
  {
    name: 'gap swallowed',
    breaks: ['I11'],
    sabotage: () => ({ buffer: (buffer) => withReadings(buffer, (reading) => ({ ...reading, losses: [] })) }),
  },
  {
    name: 'reset swallowed',
    breaks: ['I11'],
    sabotage: () => ({ buffer: (buffer) => withReadings(buffer, (reading) => ({ ...reading, reset: false })) }),
  },
  {
    name: 'losses miscounted',
    breaks: ['I11'],
    sabotage: () => ({
      buffer: (buffer) =>
        withReadings(buffer, (reading) => ({
          ...reading,
          losses: reading.losses.map((loss) => ({
            ...loss,
            from: Math.max(loss.from - 1, reading.after + 1),
            count: (loss.count ?? 0) + 1,
          })),
        })),
    }),
  },
  { name: 'epoch used again after a restart', breaks: ['I5'], sabotage: () => ({ random: () => createSeededRandom(7) }) },
  {
    name: 'crossed reply',
    breaks: ['I3', 'I2'],
    sabotage: () => {
      let last: { readonly recipient: string | undefined; readonly body: string } | undefined;
      return {
        answer: (answer, { caller: { recipient }, path }) => {
          if (answer.status !== 200 || path !== '/pollux/poll') return answer;
          const body = last !== undefined && last.recipient !== recipient ? last.body : answer.body;
          last = { recipient, body: answer.body };
          return { ...answer, body };
        },
      };
    },
  },
  { name: 'handler called twice', breaks: ['I7'], sabotage: () => ({ registrations: 2 }) },
  {
    name: 'a 2xx before the store has it',
    breaks: ['I10'],
    sabotage: () => ({
      store: (buffer) => ({
        ...buffer,
        append: (entries) =>
          then(buffer.append(entries.slice(0, -1)), (outcomes) => [
            ...outcomes,
            { kind: 'stored', id: 'AAAAAAAAAAA1', position: 1 },
          ]),
      }),
    }),
  },
  {
    name: 'recipients with one key',
    breaks: ['I3', 'I5'],
    sabotage: () => {
      const joined = <T extends { readonly address: ExchangeRequest['queues'][number]['address'] }>(name: T): T =>
        name.address.kind === 'recipient' ? { ...name, address: { kind: 'recipient', name: 'all' } } : name;
      return {
        buffer: (buffer) => ({
          ...withRequest(buffer, (request) => ({ ...request, queues: request.queues.map(joined) })),
          append: (entries) => buffer.append(entries.map(joined)),
        }),
      };
    },
  },
  {
    name: 'expiry off',
    breaks: ['I2', 'bound'],
    sabotage: () => ({
      buffer: (buffer) => ({
        ...buffer,
        append: (entries) => buffer.append(entries.map((entry) => ({ ...entry, ttlSeconds: entry.ttlSeconds + 60 }))),
      }),
    }),
  },
  {
    name: 'expiry early',
    breaks: ['I1'],
    sabotage: () => ({
      buffer: (buffer) => ({
        ...buffer,
        append: (entries) => buffer.append(entries.map((entry) => ({ ...entry, ttlSeconds: entry.ttlSeconds / 4 }))),
      }),
    }),
  },
  {
    name: 'dropped at the bound against the rule',
    breaks: ['bound'],
    sabotage: () => ({
      buffer: (buffer) => ({
        ...buffer,
        append: (entries) => buffer.append(entries.map((entry) => ({ ...entry, overflow: 'drop-oldest' }))),
      }),
    }),
  },
  { name: 'an inbox freed by a cursor', breaks: ['freeing'], sabotage: () => withQueues(({ retain: _, ...queue }) => queue) },
  {
    name: 'payload changed',
    breaks: ['I6'],
    sabotage: () =>
      withMessages((messages) =>
        messages.map((message) => ({
          ...message,
          members: message.members.replace('"number":"publisher', '"number":"Publisher'),
        })),
      ),
  },
  {
    name: 'an answer swallowed',
    breaks: ['I1', 'I11'],
    sabotage: () => ({
      answer: (answer, { path }) =>
        path === '/pollux/poll' && answer.body.includes('"messages"') ? { ...answer, status: 204, body: '' } : answer,
    }),
  },
  {
    name: 'withdrawal without effect',
    breaks: ['I2'],
    sabotage: () => ({
      buffer: (buffer) => ({ ...buffer, take: (id, how) => (how.kind === 'withdraw' ? true : buffer.take(id, how)) }),
    }),
  },
  {
    name: 'a drain that answers nobody',
    breaks: ['I8'],
    sabotage: () => ({ server: (server) => ({ ...server, close: () => Promise.resolve() }) }),
  },
  {
    name: 'failed messages not parked',
    breaks: ['I2'],
    sabotage: () => ({
      buffer: (buffer) => ({ ...buffer, take: (id, how) => (how.kind === 'park' ? false : buffer.take(id, how)) }),
    }),
  },
  {
    name: 'places kept for ever',
    breaks: ['I8', 'I9', 'bound', 'freeing', 'I1'],
    sabotage: () => ({
      server: (server) => ({
        ...server,
        goodbye: () => undefined,
        poll: (identity, request, reply) => server.poll(identity, { ...request, wait: 10_000 }, reply),
      }),
    }),
  },
];
