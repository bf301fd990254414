/** Faults in acknowledging and freeing, in taking, and in ending. */
import { messageId } from '../../../src/protocol/cursor.ts';
import { asking, type BufferMutant, lifeOf, now, reading } from './mutant.ts';

export const freeingMutants: readonly BufferMutant[] = [
  {
    name: 'acknowledges one too many',
    breaks: ['4.3', '5.2', '4.6'],
    wrap: (buffer) =>
      asking(buffer, (asked) => {
        const { handled } = asked;
        const last = lifeOf(buffer, asked)?.last ?? 0;
        if (handled === undefined || handled.position >= last) return asked;
        return { ...asked, handled: { ...handled, position: handled.position + 1 }, limit: undefined };
      }),
  },
  {
    name: 'acknowledges one too few',
    breaks: ['5.2', '4.3'],
    wrap: (buffer) =>
      asking(buffer, (asked) =>
        asked.handled === undefined
          ? asked
          : { ...asked, handled: { ...asked.handled, position: Math.max(0, asked.handled.position - 1) } },
      ),
  },
  {
    name: 'honours an acknowledgement above the end',
    breaks: ['4.5'],
    wrap: (buffer) =>
      asking(buffer, (asked) => {
        const life = lifeOf(buffer, asked);
        const { handled, read } = asked;
        if (life === undefined || handled?.epoch !== life.epoch || handled.position <= life.last) return asked;
        const end = { epoch: life.epoch, position: life.last };
        return { ...asked, handled: end, read: read && read.position > life.last ? end : read, limit: undefined };
      }),
  },
  {
    name: 'acknowledges what the session was not sent',
    breaks: ['4.7'],
    wrap: (buffer) => asking(buffer, ({ limit: _limit, ...asked }) => asked),
  },
  {
    name: 'takes received for handled',
    breaks: ['4.2', '5.2', '4.10'],
    wrap: (buffer) => asking(buffer, (asked) => ({ ...asked, handled: asked.read })),
  },
  {
    name: 'frees everything at a lower cursor',
    breaks: ['4.6'],
    wrap: (buffer) => {
      const seen = new Map<string, number>();
      return asking(buffer, (asked, session) => {
        const { handled } = asked;
        if (handled === undefined) return asked;
        const name = `${session} ${handled.epoch}`;
        const before = seen.get(name) ?? 0;
        seen.set(name, Math.max(before, handled.position));
        if (handled.position >= before) return asked;
        const position = lifeOf(buffer, asked)?.last ?? handled.position;
        return { ...asked, handled: { ...handled, position }, limit: undefined };
      });
    },
  },
  {
    name: 'never frees',
    breaks: ['5.2', '9.8'],
    wrap: (buffer) => asking(buffer, (asked) => ({ ...asked, handled: undefined })),
  },
  {
    name: 'keeps one place for all sessions',
    breaks: ['5.2'],
    wrap: (buffer) => ({ ...buffer, exchange: (request, signal) => buffer.exchange({ ...request, session: 'one' }, signal) }),
  },
  {
    name: 'keeps the place of a silent session for ever',
    breaks: ['5.2'],
    wrap: (buffer) => ({ ...buffer, exchange: (request, signal) => buffer.exchange({ ...request, keepMs: 1e12 }, signal) }),
  },
  {
    name: 'keeps no place between two exchanges',
    breaks: ['5.2'],
    wrap: (buffer) => ({ ...buffer, exchange: (request, signal) => buffer.exchange({ ...request, keepMs: 0 }, signal) }),
  },
  { name: 'does not forget a session', breaks: ['5.2'], wrap: (buffer) => ({ ...buffer, forget: () => undefined }) },
  {
    name: "frees everyone's log by a cursor",
    breaks: ['5.4'],
    wrap: (buffer) =>
      reading(buffer, (found, { address, handled }) => {
        if (address.kind === 'recipient' || handled === undefined) return found;
        for (let position = 1; position <= handled.position; position++)
          now(buffer.take(messageId(found.epoch, position), { kind: 'withdraw' }));
        return found;
      }),
  },
  { name: 'frees an inbox', breaks: ['5.4'], wrap: (buffer) => asking(buffer, ({ retain: _retain, ...asked }) => asked) },
  {
    name: 'parks without a gap',
    breaks: ['6.8'],
    wrap: (buffer) => ({ ...buffer, take: (id, how) => buffer.take(id, how.kind === 'park' ? { kind: 'withdraw' } : how) }),
  },
  {
    name: 'withdraws with a gap',
    breaks: ['6.4', '10.2'],
    wrap: (buffer) => ({ ...buffer, take: (id, how) => buffer.take(id, how.kind === 'withdraw' ? { kind: 'purge' } : how) }),
  },
  { name: 'takes nothing and says it did', breaks: ['6.4', '6.8', '10.2'], wrap: (buffer) => ({ ...buffer, take: () => true }) },
  { name: 'erases nothing', breaks: ['10.3'], wrap: (buffer) => ({ ...buffer, erase: () => 2 }) },
  {
    name: 'erases every application',
    breaks: ['10.3'],
    wrap: (buffer) => ({ ...buffer, erase: (address) => buffer.erase(address) }),
  },
];

/** Faults that only the port shows. */
export const portMutants: readonly BufferMutant[] = [
  { name: 'works on after its closing', breaks: ['port'], wrap: (buffer) => ({ ...buffer, close: async () => undefined }) },
  {
    name: 'cannot be closed twice',
    breaks: ['port'],
    wrap: (buffer) => {
      let isClosed = false;
      return {
        ...buffer,
        close: async () => {
          if (isClosed) throw new Error('closed already');
          isClosed = true;
          await buffer.close();
        },
      };
    },
  },
  {
    name: 'ignores an aborted signal',
    breaks: ['port'],
    wrap: (buffer) => ({ ...buffer, append: (entries) => buffer.append(entries) }),
  },
  {
    name: 'consumes what is peeked at',
    breaks: ['port'],
    wrap: (buffer) => ({
      ...buffer,
      inspect: {
        ...buffer.inspect,
        peek: (queue, options) => {
          const found = now(buffer.inspect.peek(queue, options));
          const epoch = lifeOf(buffer, { ...queue, handled: undefined, read: undefined })?.epoch ?? '';
          for (const { position } of found) now(buffer.take(messageId(epoch, position), { kind: 'withdraw' }));
          return found;
        },
      },
    }),
  },
  {
    name: 'tells watchers twice',
    breaks: ['port'],
    wrap: (buffer) => ({
      ...buffer,
      watch: (watcher) => {
        const stops = [buffer.watch({ ...watcher }), buffer.watch({ ...watcher })];
        return () => {
          for (const stop of stops) stop();
        };
      },
    }),
  },
  {
    name: 'goes on telling a watcher that left',
    breaks: ['port'],
    wrap: (buffer) => ({
      ...buffer,
      watch: (watcher) => {
        buffer.watch(watcher);
        return () => undefined;
      },
    }),
  },
  {
    name: 'answers queues in another order',
    breaks: ['port'],
    wrap: (buffer) => ({ ...buffer, exchange: (request, signal) => now(buffer.exchange(request, signal)).toReversed() }),
  },
  {
    name: 'claims to be durable',
    breaks: ['port'],
    wrap: (buffer) => ({ ...buffer, supports: { ...buffer.supports, durable: true } }),
  },
];
