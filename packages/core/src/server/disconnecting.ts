/** Ends a recipient's sessions at once: here, and at every other server that shares the message buffer. */
import type { MaybePromise } from '../buffer/message-buffer.ts';
import { disconnectPoll } from './answering.ts';
import type { ServerContext } from './context.ts';
import { closeSession } from './sessions.ts';

export interface Disconnecting {
  /** Ends them here and has the others told; resolves when they are, or when this server closes. */
  disconnect(recipient: string): MaybePromise<void>;
  /** Another server says so. */
  heard(recipient: string): void;
  onDisconnect(listener: (recipient: string) => void): () => void;
  /** Gives up what could not be told yet. */
  close(): void;
}

interface Untold {
  isToTell: boolean;
  told: Promise<void>;
}

/** Milliseconds until the others are told again where that failed. */
const againMs = 1000;

export function createDisconnecting(context: ServerContext): Disconnecting {
  const { buffer, clock } = context;
  const listeners = new Set<(recipient: string) => void>();
  /** Whom the others have not been told of yet. */
  const untold = new Map<string, Untold>();
  const pauses = new Set<() => void>();
  let isClosed = false;

  function end(recipient: string): void {
    for (const session of [...(context.recipients.get(recipient)?.sessions ?? [])]) {
      if (session.held !== undefined) disconnectPoll(context, session.held);
      closeSession(context, session, 'disconnected');
    }
    for (const listener of listeners) listener(recipient);
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = clock.setTimeout(over, againMs);
      function over(): void {
        timer.clear();
        pauses.delete(over);
        resolve();
      }
      pauses.add(over);
    });
  }

  /** Until it is done: a session of someone who has logged out must not live on because a store was away for a moment. */
  async function tellOthers(recipient: string, self: Untold): Promise<void> {
    do {
      self.isToTell = false;
      try {
        await buffer.announceDisconnect?.(recipient);
      } catch {
        // The buffer tells by itself that it fails.
        self.isToTell = true;
        if (!isClosed) await pause();
      }
    } while (self.isToTell && !isClosed);
    untold.delete(recipient);
  }

  return {
    disconnect(recipient) {
      end(recipient);
      if (buffer.announceDisconnect === undefined) return undefined;
      const known = untold.get(recipient);
      if (known !== undefined) {
        // What is under way may have passed by the session that is meant now.
        known.isToTell = true;
        return known.told;
      }
      const self: Untold = { isToTell: false, told: Promise.resolve() };
      untold.set(recipient, self);
      self.told = tellOthers(recipient, self);
      return self.told;
    },
    heard: end,
    onDisconnect(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      isClosed = true;
      for (const over of [...pauses]) over();
    },
  };
}
