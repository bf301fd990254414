/** Web Locks and a BroadcastChannel in place of a browser's, for several clients in one program. */
import { vi } from 'vitest';
import { stubPage } from './stub-page.ts';

interface LockRequest {
  readonly steal?: boolean;
  readonly ifAvailable?: boolean;
  readonly signal?: AbortSignal;
}

interface Waiting {
  grant(): void;
}

interface Held {
  lose(): void;
}

function createLocks() {
  const held = new Map<string, Held>();
  const waiting = new Map<string, Waiting[]>();
  const next = (name: string): void => {
    if (!held.has(name)) waiting.get(name)?.shift()?.grant();
  };
  const request = (name: string, options: LockRequest, callback: (lock: object | null) => unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const grant = (): void => {
        const mine: Held = { lose: () => reject(new DOMException('stolen', 'AbortError')) };
        held.set(name, mine);
        void (async () => callback({ name }))()
          .then(resolve, reject)
          .finally(() => {
            if (held.get(name) === mine) held.delete(name);
            next(name);
          });
      };
      if (options.steal) {
        held.get(name)?.lose();
        held.delete(name);
      }
      const queue = (): void => {
        const entry = { grant };
        const line = waiting.get(name) ?? [];
        waiting.set(name, line);
        line.push(entry);
        options.signal?.addEventListener('abort', () => {
          if (line.includes(entry)) line.splice(line.indexOf(entry), 1);
          reject(new DOMException('aborted', 'AbortError'));
        });
      };
      if (!held.has(name)) queueMicrotask(() => (held.has(name) ? queue() : grant()));
      else if (options.ifAvailable) (async () => callback(null))().then(resolve, reject);
      else queue();
    });
  return { request };
}

export interface StubChannel {
  /** What it was told waits while this is true. */
  held: boolean;
  onmessage: ((event: { readonly data: unknown }) => void) | undefined;
}

export interface StubBrowser {
  /** In the order in which tabs joined. */
  readonly channels: readonly StubChannel[];
  /** Tells each channel what it was told, and what follows from it, in order. */
  deliver(): void;
}

/** Puts a browser in place of the globals, until `vi.unstubAllGlobals()`. */
export function stubBrowser(): StubBrowser {
  const channels: (StubChannel & { readonly name: string; readonly inbox: unknown[]; closed: boolean })[] = [];
  class Channel {
    readonly inbox: unknown[] = [];
    readonly name: string;
    held = false;
    closed = false;
    onmessage: StubChannel['onmessage'];
    constructor(name: string) {
      this.name = name;
      // One without a name is only tried.
      if (name) channels.push(this);
    }
    postMessage(data: unknown): void {
      for (const other of channels) {
        if (other !== this && other.name === this.name && !other.closed) other.inbox.push(structuredClone(data));
      }
    }
    close(): void {
      this.closed = true;
    }
  }
  stubPage();
  vi.stubGlobal('navigator', { onLine: true, locks: createLocks() });
  vi.stubGlobal('location', new URL('https://hub.example/'));
  vi.stubGlobal('BroadcastChannel', Channel);
  return {
    channels,
    deliver: () => {
      for (let told = true; told; ) {
        told = false;
        for (const channel of channels) {
          while (!channel.held && !channel.closed && channel.inbox.length > 0) {
            told = true;
            channel.onmessage?.({ data: channel.inbox.shift() });
          }
        }
      }
    },
  };
}
