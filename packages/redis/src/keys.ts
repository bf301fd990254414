/**
 * Names of keys. Addresses are spread over buckets, each with a hash tag, a hash of sums, an index of epochs and a
 * calendar of its own, so that one script sees everything of an address, and everything can be found without a scan of
 * all keys. One process has one bucket; a cluster has many, which its slots spread over its processes.
 */
import type { Address } from '@pollux/core';

/** The address that a name stands for, as `addressKey` of the core makes it: its first character tells the kind. */
export function parseAddress(name: string): Address {
  if (name === 'e') return { kind: 'everyone' };
  return { kind: name.startsWith('r') ? 'recipient' : 'group', name: name.slice(1) };
}

/** Splits `application:address`, as queues are named: no application's name has a colon. */
export function parseQueueName(text: string): { readonly application: string; readonly name: string; readonly address: Address } {
  const colon = text.indexOf(':');
  const name = text.slice(colon + 1);
  return { application: text.slice(0, colon), name, address: parseAddress(name) };
}

/** The keys of one bucket that are reached from outside the scripts. */
export interface Bucket {
  readonly index: number;
  /** The key of the sums, which the scripts make all others from. */
  readonly totals: string;
  /** A hash of queues by epoch. */
  readonly epochs: string;
  /** A sorted set of all queues by the moment at which the sweep looks at them. */
  readonly due: string;
}

/** A channel, and the bucket whose process it belongs to. */
export interface Channel {
  readonly channel: string;
  readonly bucket: Bucket;
}

/** The keys of one buffer. */
export interface Keys {
  readonly buckets: readonly Bucket[];
  /** Where an address stands, by its name. */
  bucketOf(name: string): Bucket;
  /** The channel that wakes a node. */
  channelOf(node: string): Channel;
  /** The channel of all nodes. */
  readonly nodes: Channel;
}

/** Names the keys; `prefix` keeps several buffers of one Redis apart. */
export function createKeys(prefix: string, count: number): Keys {
  const buckets = Array.from({ length: count }, (_, index): Bucket => {
    const tagged = `${prefix}{${index}}:`;
    return { index, totals: `${tagged}t`, epochs: `${tagged}e`, due: `${tagged}d` };
  });
  const bucketOf = (name: string): Bucket => buckets[count === 1 ? 0 : hash(name) % count] as Bucket;
  const [first] = buckets as [Bucket];
  return {
    buckets,
    bucketOf,
    nodes: { channel: `${prefix}{${first.index}}:nodes`, bucket: first },
    channelOf(node) {
      const bucket = bucketOf(node);
      return { channel: `${prefix}{${bucket.index}}:node:${node}`, bucket };
    },
  };
}

/** FNV-1a over UTF-16 units: every node, whatever its version, must find the same bucket. */
function hash(text: string): number {
  let found = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) found = Math.imul(found ^ text.charCodeAt(i), 0x01000193);
  // The low bits of FNV are weak for texts that differ at their end alone.
  return (found ^ (found >>> 15)) >>> 0;
}
