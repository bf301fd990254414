/** Entries and readings of one recipient each. */
import type { AppendEntry, ExchangeRequest, Place, QueueReading } from '@pollux/core/server';

export function entryOf(recipient: string, text: string, more: Partial<AppendEntry> = {}): AppendEntry {
  return {
    address: { kind: 'recipient', name: recipient },
    application: 'orders',
    members: `"text":${JSON.stringify(text)}`,
    size: 100,
    ttlSeconds: 3600,
    urgency: 'normal',
    topic: undefined,
    key: undefined,
    fingerprint: text,
    overflow: 'reject',
    ...more,
  };
}

export function readingOf(recipient: string, read?: Place, handled?: Place): ExchangeRequest {
  const queue = { address: { kind: 'recipient', name: recipient }, application: 'orders', read, handled } as const;
  return { session: `s-${recipient}`, maxBytes: 1_048_576, keepMs: 60_000, queues: [queue] };
}

export function textsOf(reading: QueueReading | undefined): string[] {
  return (reading?.messages ?? []).map(({ members }) => (JSON.parse(`{${members}}`) as { text: string }).text);
}

/** Tries until it works; gives how many times that took. */
export async function untilDone<T>(attempt: () => PromiseLike<T> | T): Promise<{ readonly value: T; readonly attempts: number }> {
  for (let attempts = 1; ; attempts++) {
    try {
      return { value: await attempt(), attempts };
    } catch {
      await new Promise((done) => setTimeout(done, 10));
    }
  }
}
