/** Looking into the store without touching it. */
import {
  type AddressSummary,
  addressKey,
  type BufferedMessage,
  type BufferInspection,
  messageId,
  type QueueSummary,
  type StoredQueue,
} from '@pollux/core/server';
import { parseElement } from './element.ts';
import { type Bucket, type Keys, parseAddress, parseQueueName } from './keys.ts';
import { parseEndings, parseLosses } from './reasons.ts';
import type { Scripts } from './scripts/index.ts';
import type { Store } from './store.ts';

export interface InspectionContext {
  readonly store: Store;
  readonly scripts: Scripts;
  readonly keys: Keys;
  /** Milliseconds since 1970 for the scripts; 0 for the clock of Redis. */
  scriptTime(): number;
}

type QueueRow = readonly [application: string, fields: string[], parked: number, oldest: number];

/** Queues that one call summarises. */
const batch = 500;

export function createInspection(context: InspectionContext): BufferInspection {
  const { store, scripts, keys } = context;

  async function look(script: keyof Scripts, bucket: Bucket, args: readonly string[]): Promise<unknown> {
    const [, answer] = await store.call(scripts[script], bucket, ['', String(context.scriptTime()), ...args]);
    return answer;
  }

  /** Names of all queues, in runs of one bucket; one that comes or goes meanwhile may or may not be among them. */
  async function* allNames(): AsyncIterable<{ readonly bucket: Bucket; readonly run: readonly string[] }> {
    for (const bucket of keys.buckets) for await (const run of names(bucket)) yield { bucket, run };
  }

  async function* names(bucket: Bucket): AsyncIterable<readonly string[]> {
    const seen = new Set<string>();
    let cursor = '0';
    do {
      const [next, found] = (await store.send(bucket, ['ZSCAN', bucket.due, cursor, 'COUNT', String(batch)])) as [
        string,
        string[],
      ];
      cursor = String(next);
      // Name and score take turns; a scan may give one twice.
      const run = found.filter((name, index) => index % 2 === 0 && !seen.has(name));
      for (const name of run) seen.add(name);
      if (run.length > 0) yield run;
    } while (cursor !== '0');
  }

  async function summaries(filter: string | undefined): Promise<Map<string, AddressSummary & { readonly parked: number }>> {
    const found = new Map<string, AddressSummary & { readonly parked: number }>();
    for await (const { bucket, run } of allNames()) {
      const wanted = run.filter((name) => filter === undefined || describes(name, filter));
      if (wanted.length === 0) continue;
      const rows = (await look('summarise', bucket, wanted)) as [number, number, number, number][];
      for (const [index, name] of wanted.entries()) {
        const [messages, bytes, parked, oldest] = rows[index] ?? [0, 0, 0, 0];
        const key = parseQueueName(name).name;
        const known = found.get(key);
        found.set(key, {
          address: parseAddress(key),
          applications: (known?.applications ?? 0) + 1,
          messages: (known?.messages ?? 0) + messages,
          bytes: (known?.bytes ?? 0) + bytes,
          parked: (known?.parked ?? 0) + parked,
          oldestAcceptedMs: earlier(known?.oldestAcceptedMs, oldest === 0 ? undefined : oldest),
        });
      }
    }
    return found;
  }

  return {
    async totals() {
      const fields = ['addresses', 'queues', 'messages', 'bytes', 'parked'];
      const all = await Promise.all(keys.buckets.map((bucket) => store.send(bucket, ['HMGET', bucket.totals, ...fields])));
      const sum = (place: number): number =>
        all.reduce<number>((total, found) => total + Number((found as (string | null)[])[place] ?? 0), 0);
      const [addresses = 0, queues = 0, messages = 0, bytes = 0, parked = 0] = fields.map((_, place) => sum(place));
      return { addresses, queues, messages, bytes, parked };
    },
    async addresses({ filter, after = 0, limit, includeEmpty = false }) {
      const found = [...(await summaries(filter?.toLowerCase()))]
        .filter(([, row]) => includeEmpty || row.messages > 0 || row.parked > 0)
        .toSorted(([a, one], [b, other]) => other.messages - one.messages || other.bytes - one.bytes || (a < b ? -1 : 1));
      const rows = found.slice(after, after + limit).map(([, { parked: _, ...row }]) => row);
      return { rows, total: found.length };
    },
    async queues(address) {
      const name = addressKey(address);
      const [nowMs, rows] = (await look('describe', keys.bucketOf(name), [name])) as readonly [number, QueueRow[]];
      return rows.map(([application, raw, parked, oldest]): QueueSummary => {
        const fields = fieldsOf(raw);
        const next = fields.get('x');
        return {
          address,
          application,
          epoch: fields.get('e') ?? '',
          messages: Number(fields.get('n') ?? 0),
          bytes: Number(fields.get('b') ?? 0),
          parked,
          last: Number(fields.get('l') ?? 0),
          oldestAcceptedMs: oldest === 0 ? undefined : oldest,
          nextExpiryMs: next === undefined ? undefined : Number(next),
          sessions: placesOf(fields)
            .filter(({ untilMs }) => untilMs > nowMs)
            .map(({ session, handled }) => ({ session, handled })),
          losses: parseLosses(fields.get('L') ?? ''),
        };
      });
    },
    async peek({ address, application }, { after = 0, limit, parked = false }) {
      const name = `${application}:${addressKey(address)}`;
      const bucket = keys.bucketOf(addressKey(address));
      const found = (await look('peek', bucket, [name, String(after), String(limit), parked ? '1' : '0'])) as string[];
      return found.map(parseElement);
    },
    async *everything() {
      for await (const { bucket, run } of allNames()) {
        for (const name of run) {
          const [raw, messages, aside, known] = (await look('dump', bucket, [name])) as [string[], string[], string[], string[]];
          if (raw.length > 0) yield storedQueue(name, fieldsOf(raw), messages.map(parseElement), aside, fieldsOf(known));
        }
      }
    },
  };
}

function storedQueue(
  text: string,
  fields: ReadonlyMap<string, string>,
  messages: readonly BufferedMessage[],
  aside: readonly string[],
  known: ReadonlyMap<string, string>,
): StoredQueue {
  const { address, application } = parseQueueName(text);
  const number = (field: string): number => Number(fields.get(field) ?? 0);
  return {
    address,
    application,
    epoch: fields.get('e') ?? '',
    last: number('l'),
    freedTo: number('f'),
    handledTo: number('h'),
    sentTo: number('s'),
    hasHoles: fields.has('o'),
    losses: parseLosses(fields.get('L') ?? ''),
    messages,
    parked: aside.map(parseParked),
    keys: [...known].map(([key, value]) => {
      const [epoch = '', position, untilMs, ...fingerprint] = value.split(' ');
      const id = messageId(epoch, Number(position));
      return { key: key.slice(1), id, untilMs: Number(untilMs), fingerprint: fingerprint.join(' ') };
    }),
    places: placesOf(fields),
    endings: parseEndings(fields.get('E') ?? ''),
  };
}

/** Reads a parked message: its reason, a line feed, the element. */
function parseParked(text: string): { readonly message: BufferedMessage; readonly reason: string } {
  const cut = text.indexOf('\n');
  return { message: parseElement(text.slice(cut + 1)), reason: decodeURIComponent(text.slice(0, cut)) };
}

function placesOf(
  fields: ReadonlyMap<string, string>,
): { readonly session: string; readonly handled: number; readonly untilMs: number }[] {
  return [...fields]
    .filter(([field]) => field.startsWith('S'))
    .map(([field, value]) => {
      const [handled, untilMs] = value.split(' ').map(Number);
      return { session: field.slice(1), handled: handled ?? 0, untilMs: untilMs ?? 0 };
    });
}

/** Fields and values, which take turns in an answer. */
function fieldsOf(raw: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let i = 0; i < raw.length; i += 2) found.set(raw[i] ?? '', raw[i + 1] ?? '');
  return found;
}

function describes(name: string, wanted: string): boolean {
  const { address } = parseQueueName(name);
  return (address.kind === 'everyone' ? 'everyone' : address.name).toLowerCase().includes(wanted);
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}
