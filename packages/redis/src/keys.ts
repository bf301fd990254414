/** Names of keys. An address is named by `addressKey` of the core: its first character tells the kind. */
import type { Address } from '@pollux/core';

/** The address that a name stands for. */
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

/** The keys of one buffer. */
export interface Keys {
  /** The key of the sums, which the scripts make all others from. */
  readonly totals: string;
  /** A hash of queues by epoch. */
  readonly epochs: string;
  /** A sorted set of all queues by the moment at which the sweep looks at them. */
  readonly due: string;
  /** The channel that wakes a node. */
  channel(node: string): string;
}

/** Names the keys; `prefix` keeps several buffers of one Redis apart. */
export function createKeys(prefix: string): Keys {
  const tagged = `${prefix}{0}:`;
  return {
    totals: `${tagged}t`,
    epochs: `${tagged}e`,
    due: `${tagged}d`,
    channel: (node) => `${prefix}node:${node}`,
  };
}
