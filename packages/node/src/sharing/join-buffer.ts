/** A message buffer that another process of this machine has. */
import { CommunicationError, problem } from '@pollux/core';
import type { BufferHealth, BufferWatcher, MessageBuffer, Removal, StoredQueue } from '@pollux/core/server';
import { createConnection } from './connection.ts';
import type { Hello, Told } from './operations.ts';

export interface JoinBufferOptions {
  /** The socket at which it is shared. */
  readonly path: string;
  /** Milliseconds after which an answer is late, and the connection is made anew. @default 10000 */
  readonly answerMs?: number;
}

/** For what leaves, in the order of the port. */
const reasons: readonly Removal['reason'][] = [
  'acknowledged',
  'expired',
  'overflow',
  'collapsed',
  'withdrawn',
  'parked',
  'purged',
  'erased',
];

/**
 * Joins a message buffer that another process shares with `shareBuffer`, as one of any number. Its grade is that of the
 * buffer. While the other process is away every operation fails with `buffer-unavailable`, and it is joined again once it
 * is back; what it had answered before it went holds as far as its own grade.
 *
 * @throws Error where nobody shares one there, or a process of another release does
 */
export async function joinBuffer({ path, answerMs = 10_000 }: JoinBufferOptions): Promise<MessageBuffer> {
  const watchers = new Set<BufferWatcher>();
  let health: BufferHealth = { state: 'ok' };
  let wanted = '';

  const told: { readonly [Kind in Exclude<keyof Told, 'hello'>]: (value: Told[Kind]) => void } = {
    appended(queues) {
      for (const queue of queues) for (const watcher of watchers) watcher.appended?.(queue);
    },
    removed(removal) {
      for (const watcher of watchers)
        if (watcher.removed !== undefined && watcher.wants?.(removal.reason) !== false) watcher.removed(removal);
    },
    disconnected(recipient) {
      for (const watcher of watchers) watcher.disconnected?.(recipient);
    },
    failed(failure) {
      for (const watcher of watchers) watcher.failed?.(failure);
    },
    health(now) {
      health = now;
    },
  };
  const connection = createConnection({
    path,
    answerMs,
    told: (kind, value) => (told[kind] as (value: unknown) => void)(value),
    lost(reason) {
      wanted = '';
      for (const watcher of watchers) watcher.failed?.({ stage: 'watch', reason });
    },
    beforeSaying(say) {
      const now = reasons.filter((reason) => isWanted(watchers, reason));
      if (now.join() === wanted) return;
      wanted = now.join();
      say('want', now);
    },
  });
  const hello = await connection.opened;
  return createJoined({ connection, hello, watchers, health: () => health });
}

function isWanted(watchers: ReadonlySet<BufferWatcher>, reason: Removal['reason']): boolean {
  for (const watcher of watchers) if (watcher.removed !== undefined && watcher.wants?.(reason) !== false) return true;
  return false;
}

interface JoinedParts {
  readonly connection: ReturnType<typeof createConnection>;
  readonly hello: Hello;
  readonly watchers: Set<BufferWatcher>;
  health(): BufferHealth;
}

function createJoined({ connection, hello, watchers, health }: JoinedParts): MessageBuffer {
  const { call } = connection;
  let isClosed = false;

  function usable(signal?: AbortSignal): void {
    signal?.throwIfAborted();
    if (isClosed) throw new CommunicationError(problem('buffer-unavailable', { detail: 'The message buffer is closed.' }));
  }

  async function* everything(): AsyncGenerator<StoredQueue> {
    const walk = await call('walk');
    let isOver = false;
    try {
      for (;;) {
        const queue = await call('walkOn', walk);
        isOver = queue === undefined;
        if (queue === undefined) return;
        yield queue;
      }
    } finally {
      if (!isOver) void call('walkOff', walk).catch(() => undefined);
    }
  }

  return {
    supports: { ...hello.supports, shared: true },
    async append(entries, signal) {
      usable(signal);
      return call('append', entries);
    },
    async exchange(request, signal) {
      usable(signal);
      return call('exchange', request);
    },
    async look(queues, keepMs) {
      usable();
      return call('look', queues, keepMs);
    },
    async forget(session, queues) {
      usable();
      return call('forget', session, queues);
    },
    async find(id) {
      usable();
      return call('find', id);
    },
    async take(id, how) {
      usable();
      return call('take', id, how);
    },
    async erase(address, application) {
      usable();
      return application === undefined ? call('erase', address) : call('erase', address, application);
    },
    async restore(queue) {
      usable();
      return call('restore', queue);
    },
    async announceDisconnect(recipient) {
      usable();
      return call('announceDisconnect', recipient);
    },
    watch(watcher) {
      usable();
      watchers.add(watcher);
      for (const failure of hello.failures) watcher.failed?.(failure);
      return () => void watchers.delete(watcher);
    },
    health() {
      const { failure } = connection;
      return failure === undefined ? health() : { state: 'failed', detail: failure };
    },
    inspect: {
      totals: () => call('totals'),
      addresses: (options) => call('addresses', options),
      queues: (address) => call('queues', address),
      peek: (queue, options) => call('peek', queue, options),
      everything,
    },
    async close() {
      isClosed = true;
      watchers.clear();
      await connection.close();
    },
  };
}
