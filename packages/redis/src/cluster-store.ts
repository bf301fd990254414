/**
 * A store in the processes of a Redis Cluster: a connection to each primary, kept by the same rules as a single one. The
 * map of slots is read again whenever a connection is lost or a key turns out to be elsewhere, until every bucket has
 * its process.
 */
import type { Timer } from '@pollux/core';
import type { RedisClientOptions } from '@redis/client';
import { type Connection, type ConnectionOptions, openConnection } from './connection.ts';
import { MovedError, reasonOf, unavailable } from './errors.ts';
import type { Bucket, Keys } from './keys.ts';
import { slotOf } from './slots.ts';
import type { Store } from './store.ts';

export interface ClusterOptions extends Omit<ConnectionOptions, 'totals' | 'client'> {
  /** Settings for each connection, without its address. */
  readonly client: RedisClientOptions;
  /** Reads the map of slots from any process that answers. */
  readSlots(known: readonly Process[]): Promise<readonly SlotRange[]>;
  /** Settings for a connection to a process. */
  at(process: Process): RedisClientOptions;
}

export interface Process {
  readonly host: string;
  readonly port: number;
}

/** Slots from one to another, both among them, and their primary. */
export interface SlotRange extends Process {
  readonly from: number;
  readonly to: number;
}

/** Milliseconds between two looks at the map of slots while a bucket has no process. */
const lookAgainMs = 250;
/** Times that a call follows its key, each after another look. */
const followed = 5;

interface Member {
  readonly process: Process;
  connection: Connection | undefined;
  buckets: readonly Bucket[];
}

export async function openClusterStore(options: ClusterOptions, keys: Keys, node: string): Promise<Store> {
  const { clock } = options;
  const slots = keys.buckets.map(({ totals }) => slotOf(totals));
  const channels = [keys.channelOf(node), keys.nodes];
  let members = new Map<string, Member>();
  let owners: (Member | undefined)[] = [];
  let failure: string | undefined;
  let isClosed = false;
  let looking: Promise<void> | undefined;
  let again: Timer | undefined;

  const nameOf = ({ host, port }: Process): string => `${host}:${port}`;

  /** Opens the connection of a member that has none; one that was lost comes back by itself. */
  async function open(member: Member): Promise<void> {
    if (member.connection !== undefined) return;
    member.connection = await openConnection({
      ...options,
      client: options.at(member.process),
      totals: () => member.buckets.map(({ totals }) => totals),
      failed(reason) {
        options.failed(`${nameOf(member.process)}: ${reason}`);
        void look();
      },
    });
  }

  /** Reads the map, opens what is new, closes what is gone. Never two at once. */
  function look(): Promise<void> {
    looking ??= lookNow().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  async function lookNow(): Promise<void> {
    again?.clear();
    try {
      const ranges = await options.readSlots([...members.values()].map(({ process }) => process));
      await take(ranges);
      failure = missing();
    } catch (error) {
      failure = reasonOf(error);
    }
    if (failure !== undefined && !isClosed) again = clock.setTimeout(() => void look(), lookAgainMs);
  }

  async function take(ranges: readonly SlotRange[]): Promise<void> {
    const next = new Map<string, Member>();
    const found = slots.map((slot, index): Member | undefined => {
      const range = ranges.find(({ from, to }) => slot >= from && slot <= to);
      if (range === undefined) return undefined;
      const name = nameOf(range);
      const member = next.get(name) ?? members.get(name) ?? { process: range, connection: undefined, buckets: [] };
      if (!next.has(name)) {
        next.set(name, member);
        member.buckets = [];
      }
      member.buckets = [...member.buckets, keys.buckets[index] as Bucket];
      return member;
    });
    for (const [name, member] of members) if (!next.has(name)) void member.connection?.close();
    members = next;
    owners = found;
    const opened = await Promise.allSettled([...next.values()].map(open));
    for (const member of next.values()) {
      const here = channels.filter(({ bucket }) => owners[bucket.index] === member);
      member.connection?.listen(here.map(({ channel }) => channel));
      if (isClosed) void member.connection?.close();
    }
    const refused = opened.find((result) => result.status === 'rejected');
    if (refused !== undefined) throw refused.reason;
  }

  /** What has no process at present. */
  function missing(): string | undefined {
    const without = owners.filter((owner) => owner === undefined).length;
    if (without > 0) return `${without} of ${owners.length} buckets have no process: the cluster does not cover all slots.`;
    for (const { process, connection } of members.values()) {
      if (connection?.facts === undefined) return `${nameOf(process)}: ${connection?.failure ?? 'no connection'}`;
    }
    return undefined;
  }

  function connectionOf(bucket: Bucket): Connection {
    if (isClosed) throw unavailable('The message buffer is closed.');
    const connection = owners[bucket.index]?.connection;
    if (connection === undefined) throw unavailable(`Redis cannot be reached: ${failure}`);
    return connection;
  }

  /** Uses the connection of a bucket; where its keys have moved, nothing was done, and it goes on where they are now. */
  async function follow<T>(bucket: Bucket, use: (connection: Connection) => Promise<T>, attempt = 1): Promise<T> {
    try {
      return await use(connectionOf(bucket));
    } catch (error) {
      if (!(error instanceof MovedError)) throw error;
      if (attempt === followed) throw unavailable(`Redis did not do it: ${error.message}`, error);
    }
    if (attempt > 1) await new Promise<void>((done) => void clock.setTimeout(() => done(), attempt * 20));
    await look();
    return follow(bucket, use, attempt + 1);
  }

  await look();
  if (failure !== undefined) {
    isClosed = true;
    again?.clear();
    await Promise.all([...members.values()].map(({ connection }) => connection?.close()));
    throw new Error(failure);
  }
  return {
    get facts() {
      return [...members.values()].flatMap(({ connection }) => connection?.facts ?? []);
    },
    get failure() {
      return missing();
    },
    ownerOf: ({ index }) => owners[index],
    call: (script, bucket, args) => follow(bucket, (connection) => connection.call(script, bucket.totals, args)),
    send: (bucket, args) => follow(bucket, (connection) => connection.send(args)),
    async close() {
      if (isClosed) return;
      isClosed = true;
      again?.clear();
      await Promise.all([...members.values()].map(({ connection }) => connection?.close()));
    },
  };
}
