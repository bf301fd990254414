/** Faults in reading: order, places, epochs, losses. */
import { messageId } from '../../../src/protocol/cursor.ts';
import { urgencies } from '../../../src/protocol/types.ts';
import { asking, type BufferMutant, lifeOf, now, reading } from './mutant.ts';

export const readingMutants: readonly BufferMutant[] = [
  {
    name: 'deletes on delivery',
    breaks: ['3.10', '5.1', '5.2'],
    wrap: (buffer) =>
      reading(buffer, (found, { address }) => {
        if (address.kind !== 'recipient') return found;
        for (const { position } of found.messages) now(buffer.take(messageId(found.epoch, position), { kind: 'withdraw' }));
        return found;
      }),
  },
  {
    name: 'reverses what is read',
    breaks: ['1.6', '3.8'],
    wrap: (buffer) => reading(buffer, (found) => ({ ...found, messages: found.messages.toReversed() })),
  },
  {
    name: 'sorts by urgency',
    breaks: ['8.3'],
    wrap: (buffer) =>
      reading(buffer, (found) => ({
        ...found,
        messages: found.messages.toSorted((a, b) => urgencies.indexOf(b.urgency) - urgencies.indexOf(a.urgency)),
      })),
  },
  {
    name: 'reads on one too far',
    breaks: ['3.10', '8.1', '4.2'],
    wrap: (buffer) =>
      asking(buffer, (asked) => {
        const last = lifeOf(buffer, asked)?.last ?? 0;
        const { read } = asked;
        return read === undefined || read.position >= last ? asked : { ...asked, read: { ...read, position: read.position + 1 } };
      }),
  },
  {
    name: 'reads on one too early',
    breaks: ['3.10', '4.2', '4.3'],
    wrap: (buffer) =>
      asking(buffer, (asked) =>
        asked.read === undefined ? asked : { ...asked, read: { ...asked.read, position: Math.max(0, asked.read.position - 1) } },
      ),
  },
  {
    name: 'delivers everything twice',
    breaks: ['1.6', '3.8', '4.8'],
    wrap: (buffer) =>
      reading(buffer, (found) => ({ ...found, messages: found.messages.flatMap((message) => [message, message]) })),
  },
  {
    name: 'ignores maxBytes',
    breaks: ['8.1'],
    wrap: (buffer) => ({ ...buffer, exchange: (request, signal) => buffer.exchange({ ...request, maxBytes: 1e9 }, signal) }),
  },
  {
    name: 'never says more',
    breaks: ['8.1'],
    wrap: (buffer) => reading(buffer, (found) => ({ ...found, more: false })),
  },
  {
    name: 'knows no epochs',
    breaks: ['1.7', '4.5', '4.7'],
    wrap: (buffer) =>
      asking(buffer, (asked) => {
        const epoch = lifeOf(buffer, asked)?.epoch;
        if (epoch === undefined) return asked;
        return { ...asked, handled: asked.handled && { ...asked.handled, epoch }, read: asked.read && { ...asked.read, epoch } };
      }),
  },
  {
    name: 'swallows a reset',
    breaks: ['4.5'],
    wrap: (buffer) => reading(buffer, (found) => ({ ...found, reset: false })),
  },
  {
    name: "begins a recipient's queue at now",
    breaks: ['4.8'],
    wrap: (buffer) =>
      asking(buffer, (asked) => {
        const life = lifeOf(buffer, asked);
        return asked.read !== undefined || asked.address.kind !== 'recipient' || life === undefined
          ? asked
          : { ...asked, read: { epoch: life.epoch, position: life.last } };
      }),
  },
  {
    name: 'begins a log at its oldest',
    breaks: ['4.8'],
    wrap: (buffer) => asking(buffer, (asked) => ({ ...asked, newest: 1000 })),
  },
  {
    name: 'ignores how many of the newest are asked for',
    breaks: ['4.8'],
    wrap: (buffer) => asking(buffer, ({ newest: _newest, ...asked }) => asked),
  },
  {
    name: 'swallows gaps',
    breaks: ['6.1', '6.2', '6.5'],
    wrap: (buffer) => reading(buffer, (found) => ({ ...found, losses: [] })),
  },
  {
    name: 'tells a gap only once',
    breaks: ['6.3'],
    wrap: (buffer) => {
      const told = new Set<string>();
      return reading(buffer, (found, _asked, session) => {
        const losses = found.losses.filter((loss) => {
          const name = `${session} ${found.epoch} ${loss.reason} ${loss.to}`;
          return !told.has(name) && told.add(name).size > 0;
        });
        return { ...found, losses };
      });
    },
  },
  {
    name: 'repeats a gap for ever',
    breaks: ['6.3'],
    wrap: (buffer) =>
      reading(buffer, (found, asked) => ({ ...found, after: 0, losses: [...(lifeOf(buffer, asked)?.losses ?? [])] })),
  },
  {
    name: 'tells a first reader of what was lost before',
    breaks: ['6.7'],
    wrap: (buffer) =>
      reading(buffer, (found, asked) => {
        if (asked.read !== undefined) return found;
        return { ...found, after: 0, losses: [...(lifeOf(buffer, asked)?.losses ?? [])] };
      }),
  },
  {
    name: 'counts losses one short',
    breaks: ['6.1', '6.5'],
    wrap: (buffer) =>
      reading(buffer, (found) => ({
        ...found,
        losses: found.losses.map((loss) => ({ ...loss, from: loss.from + 1, count: loss.count && loss.count - 1 })),
      })),
  },
  {
    name: 'says overflow for whatever was lost',
    breaks: ['6.1', '6.5', '6.8'],
    wrap: (buffer) =>
      reading(buffer, (found) => ({ ...found, losses: found.losses.map((loss) => ({ ...loss, reason: 'overflow' as const })) })),
  },
  {
    name: 'does not tell what other sessions freed',
    breaks: ['5.5'],
    wrap: (buffer) =>
      reading(buffer, (found) => ({ ...found, losses: found.losses.filter(({ reason }) => reason !== 'acknowledged') })),
  },
  {
    name: 'forgets a queue as soon as it is empty',
    breaks: ['6.6', '6.5', '5.2'],
    wrap: (buffer) =>
      reading(buffer, (found, { address, application }) => {
        if (address.kind === 'recipient' && found.messages.length === 0) now(buffer.erase(address, application));
        return found;
      }),
  },
];
