/** A message whose payload is its number. */
import type { AppendEntry } from '@pollux/core/server';

export function entryOf(recipient: string, n: number): AppendEntry {
  return {
    address: { kind: 'recipient', name: recipient },
    application: 'orders',
    members: `"data":${n}`,
    size: 20,
    ttlSeconds: 3600,
    urgency: 'normal',
    topic: undefined,
    key: `key-${n}`,
    fingerprint: String(n),
    overflow: 'reject',
  };
}
