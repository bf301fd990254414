/** One of several workers, as it knows itself: told what it is by the process that started it. */
import cluster from 'node:cluster';
import type { Hub } from './hub.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

/** What a hub has to know of the others that it is one of. */
export interface Membership {
  /** From 0 on; a worker that takes the place of one that ended has the same. */
  readonly slot: number;
  /** The one port, chosen where a free one was asked for. */
  readonly port: number;
  /** Where the message buffer is shared; undefined where each worker opens it for itself. */
  readonly socket: string | undefined;
  /** Resolves when every worker accepts nothing more. */
  sealAll(): Promise<void>;
  /** Tells that it serves, and does from now on what it is told. Resolves when it is to end. */
  serve(hub: Hub): Promise<void>;
}

function say(message: FromWorker): void {
  process.send?.(message);
}

/** What this process is, where it is a worker. */
export async function findMembership(): Promise<Membership | undefined> {
  if (!cluster.isWorker) return undefined;
  const { slot, port, socket } = await new Promise<ToWorker & { readonly kind: 'begin' }>((resolve) => {
    process.on('message', (message: ToWorker) => {
      if (message.kind === 'begin') resolve(message);
    });
    say({ kind: 'here' });
  });
  return {
    slot,
    port,
    socket,
    sealAll() {
      return new Promise((resolve) => {
        process.on('message', (message: ToWorker) => {
          if (message.kind === 'all-sealed') resolve();
        });
        say({ kind: 'seal-all' });
      });
    },
    serve(hub) {
      const ending = new Promise<void>((resolve) => {
        process.on('message', (message: ToWorker) => {
          if (message.kind === 'seal') void hub.seal().then(() => say({ kind: 'sealed' }));
          if (message.kind === 'end') resolve();
        });
      });
      void hub.exported.then(() => say({ kind: 'exported' }));
      say({ kind: 'serving', url: hub.url, ...(hub.adminUrl !== undefined && { console: hub.adminUrl }) });
      return ending;
    },
  };
}
