/** Faults in storing: keys, topics, bounds, time to live, names. */
import type { AppendEntry, AppendOutcome, MessageBuffer, QueueName } from '../../../src/buffer/message-buffer.ts';
import type { Address } from '../../../src/protocol/types.ts';
import { asking, type BufferMutant, now, reading, storing } from './mutant.ts';

/** A buffer that files queues under other names than it is told. */
function renaming(buffer: MessageBuffer, rename: (name: QueueName) => QueueName): MessageBuffer {
  const renamed = storing(
    asking(buffer, (asked) => ({ ...asked, ...rename(asked) })),
    (entry) => ({ ...entry, ...rename(entry) }),
  );
  return {
    ...renamed,
    erase: (address, application = '') => buffer.erase(rename({ address, application }).address, application || undefined),
  };
}

function byName(change: (name: string) => string): (name: QueueName) => QueueName {
  return ({ address, application }) => ({
    application,
    address: address.kind === 'everyone' ? address : { ...address, name: change(address.name) },
  });
}

/** Everything under one application, the address' name joined with it. */
function joinedBy(sign: string): (name: QueueName) => QueueName {
  return ({ address, application }) => {
    const name = address.kind === 'everyone' ? '' : address.name;
    return { application: 'joined', address: { kind: address.kind, name: name + sign + application } as Address };
  };
}

export const storingMutants: readonly BufferMutant[] = [
  { name: 'joins names without a sign', breaks: ['1.3'], wrap: (buffer) => renaming(buffer, joinedBy('')) },
  { name: 'joins names by a hyphen', breaks: ['1.3'], wrap: (buffer) => renaming(buffer, joinedBy('-')) },
  {
    name: 'folds case',
    breaks: ['1.3'],
    wrap: (buffer) =>
      renaming(
        buffer,
        byName((name) => name.toLowerCase()),
      ),
  },
  {
    name: 'normalises to NFC',
    breaks: ['1.3'],
    wrap: (buffer) =>
      renaming(
        buffer,
        byName((name) => name.normalize('NFC')),
      ),
  },
  {
    name: 'trims names',
    breaks: ['1.3'],
    wrap: (buffer) =>
      renaming(
        buffer,
        byName((name) => name.trim() || name),
      ),
  },
  {
    name: 'takes a group for the recipient of its name',
    breaks: ['1.3'],
    wrap: (buffer) =>
      renaming(buffer, ({ address, application }) => ({
        application,
        address: address.kind === 'group' ? { kind: 'recipient', name: address.name } : address,
      })),
  },
  {
    name: 'loses every third entry and says stored',
    breaks: ['1.6', '3.8'],
    wrap: (buffer) => {
      let count = 0;
      return {
        ...buffer,
        append: (entries, signal) =>
          entries.map((entry): AppendOutcome => {
            if (++count % 3 === 0) return { kind: 'stored', id: `AAAAAAAAAAA${count}`, position: count };
            return now(buffer.append([entry], signal))[0] ?? { kind: 'conflict' };
          }),
      };
    },
  },
  {
    name: 'alters a payload (U+2028)',
    breaks: ['1.6', '3.7'],
    wrap: (buffer) => storing(buffer, (entry) => ({ ...entry, members: entry.members.replaceAll('\u2028', ' ') })),
  },
  { name: 'knows no keys', breaks: ['9.6'], wrap: (buffer) => storing(buffer, (entry) => ({ ...entry, key: undefined })) },
  {
    name: 'takes any content under a known key',
    breaks: ['9.6'],
    wrap: (buffer) => storing(buffer, (entry) => ({ ...entry, fingerprint: '' })),
  },
  {
    name: 'shares keys among addresses',
    breaks: ['9.6'],
    wrap: (buffer) => {
      const known = new Map<string, string>();
      return {
        ...buffer,
        append: (entries, signal) =>
          entries.map((entry): AppendOutcome => {
            const id = entry.key === undefined ? undefined : known.get(entry.key);
            if (id !== undefined) return { kind: 'duplicate', id };
            const [outcome = { kind: 'conflict' as const }] = now(buffer.append([entry], signal));
            if (entry.key !== undefined && outcome.kind === 'stored') known.set(entry.key, outcome.id);
            return outcome;
          }),
      };
    },
  },
  { name: 'knows no topics', breaks: ['9.7'], wrap: (buffer) => storing(buffer, (entry) => ({ ...entry, topic: undefined })) },
  {
    name: 'keeps the old position at a collapse',
    breaks: ['9.7'],
    wrap: (buffer) => {
      const placed = new Map<string, number>();
      const inner: MessageBuffer = {
        ...buffer,
        append: (entries, signal) => {
          const outcomes = now(buffer.append(entries, signal));
          for (const outcome of outcomes) {
            if (outcome.kind !== 'stored' || outcome.collapsed === undefined) continue;
            placed.set(outcome.id.slice(0, 11) + outcome.position, Number.parseInt(outcome.collapsed.slice(11), 36));
          }
          return outcomes;
        },
      };
      const orderOf = (epoch: string, position: number): number => placed.get(epoch + position) ?? position;
      return reading(inner, (found) => ({
        ...found,
        messages: found.messages.toSorted((a, b) => orderOf(found.epoch, a.position) - orderOf(found.epoch, b.position)),
      }));
    },
  },
  {
    name: 'restarts the latency clock at a collapse',
    breaks: ['9.7'],
    wrap: (buffer, { clock }) => {
      const stored = new Map<string, number>();
      const inner: MessageBuffer = {
        ...buffer,
        append: (entries, signal) => {
          const outcomes = now(buffer.append(entries, signal));
          for (const outcome of outcomes)
            if (outcome.kind === 'stored') stored.set(outcome.id.slice(0, 11) + outcome.position, clock.now());
          return outcomes;
        },
      };
      return reading(inner, (found) => ({
        ...found,
        messages: found.messages.map((message) => ({
          ...message,
          waitingSinceMs: stored.get(found.epoch + message.position) ?? message.waitingSinceMs,
        })),
      }));
    },
  },
  {
    name: 'drops the oldest at the cap where it should refuse',
    breaks: ['9.8'],
    wrap: (buffer) => storing(buffer, (entry) => ({ ...entry, overflow: 'drop-oldest' })),
  },
  {
    name: 'refuses at the cap where it should drop the oldest',
    breaks: ['9.8'],
    wrap: (buffer) => storing(buffer, (entry) => ({ ...entry, overflow: 'reject' })),
  },
  {
    name: 'never lets anything expire',
    breaks: ['6.5'],
    wrap: (buffer) => storing(buffer, (entry) => ({ ...entry, ttlSeconds: entry.ttlSeconds * 10_000 })),
  },
  {
    name: 'lets things expire early',
    breaks: ['6.5', '4.8'],
    wrap: (buffer) => storing(buffer, (entry) => ({ ...entry, ttlSeconds: 0.01 })),
  },
  {
    name: 'has a long-lived message hold back the expiry of those behind it',
    breaks: ['6.5'],
    wrap: (buffer) => {
      const longest = new Map<string, number>();
      return storing(buffer, (entry: AppendEntry) => {
        const queue = JSON.stringify([entry.address, entry.application]);
        const ttlSeconds = Math.max(entry.ttlSeconds, longest.get(queue) ?? 0);
        longest.set(queue, ttlSeconds);
        return { ...entry, ttlSeconds };
      });
    },
  },
];
