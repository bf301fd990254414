/** The operations that a joined process asks for, performed on the owner's buffer. */
import type { MessageBuffer, Removal, StoredQueue } from '@pollux/core/server';
import type { Operations } from './operations.ts';

/** Operations of one joined process; `release` lets go of what it has begun. */
export function createOperations(
  buffer: MessageBuffer,
  want: (reasons: readonly Removal['reason'][]) => void,
): { readonly operations: Operations; release(): void } {
  const { inspect } = buffer;
  const walks = new Map<number, AsyncIterator<StoredQueue>>();
  let begun = 0;

  function endWalk(walk: number): void {
    void walks.get(walk)?.return?.();
    walks.delete(walk);
  }

  return {
    operations: {
      append: (entries) => buffer.append(entries),
      exchange: (request) => buffer.exchange(request),
      look: (queues, keepMs) => buffer.look?.(queues, keepMs) ?? true,
      forget: (session, queues) => buffer.forget(session, queues),
      find: (id) => buffer.find(id),
      take: (id, how) => buffer.take(id, how),
      erase: (address, application) => buffer.erase(address, application),
      restore: (queue) => buffer.restore(queue),
      announceDisconnect: (recipient) => buffer.announceDisconnect?.(recipient),
      totals: () => inspect.totals(),
      addresses: (options) => inspect.addresses(options),
      queues: (address) => inspect.queues(address),
      peek: (queue, options) => inspect.peek(queue, options),
      walk() {
        begun += 1;
        walks.set(begun, inspect.everything()[Symbol.asyncIterator]());
        return begun;
      },
      async walkOn(walk) {
        const next = await walks.get(walk)?.next();
        if (next?.done !== false) walks.delete(walk);
        return next?.done === false ? next.value : undefined;
      },
      walkOff: endWalk,
      want,
    },
    release() {
      for (const walk of [...walks.keys()]) endWalk(walk);
    },
  };
}
