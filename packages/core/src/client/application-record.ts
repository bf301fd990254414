/** One application within the communication client of a page: its handlers, and what it received. */
import type { FailedMessage } from '../protocol/types.ts';
import type { ApplicationClient, ApplicationClientOptions, ApplicationStatus } from './application-client.ts';
import type { Part } from './application-feed.ts';
import type { ClientContext } from './context.ts';
import { createDispatcher, type Handler } from './dispatcher.ts';
import { createInbox, type Item } from './inbox.ts';
import type { Entry } from './section-log.ts';

export interface ApplicationRecord {
  readonly client: ApplicationClient;
  /** Received up to. */
  readonly read: string | null;
  /** Joins the poll, or joins it again; a no-op where it takes part. */
  join(): void;
  /** What it wants of the poll; nothing where it stays out of it. */
  part(): Part | undefined;
  /** Starts from there, since others have it already: nothing that precedes it concerns this page. */
  start(place: string | null): void;
  /** Takes in what follows. */
  receive(entries: readonly Entry[]): boolean;
  /** Gives back what no handler has begun: another tab goes on with it, or this one does anew. */
  rewind(): void;
  /** Once it has left the poll: what it has handled and nobody was told of yet. */
  left(): string | null;
  setStatus(status: ApplicationStatus): void;
}

export function createApplicationRecord(
  context: ClientContext,
  name: string,
  options: ApplicationClientOptions,
  changed: () => void,
  reportFailed: (failed: FailedMessage) => void,
): ApplicationRecord {
  const dispatcher = createDispatcher(context, name, options, reportFailed, () => joined);
  const progressed = ({ message }: Item): void => {
    const { cursor } = inbox;
    if (message) moved = true;
    if (cursor !== null) context.memory.reach(name, cursor);
    changed();
  };
  const inbox = createInbox(context, dispatcher.handle, progressed);
  const { maxDelay, last, deliver } = options;
  const early = options.acknowledge === 'received';
  /** What is acknowledged does not come again, so that it is handled by whoever has it. */
  const rewind = (): void => void (early || inbox.rewind());
  let status: ApplicationStatus = { state: 'pending' };
  let joined = false;
  let started = false;
  /** It has handled something. */
  let moved = false;

  const tell = (listener: Handler): void => context.guard(() => listener(status as never));

  const setStatus = (next: ApplicationStatus): void => {
    if (!joined || (next.state === status.state && next.detail === status.detail)) return;
    status = next;
    context.emit({ kind: 'application', application: name, status });
    dispatcher.all('status').forEach(tell);
  };

  const moveTo = (place: string | null): void => {
    started = true;
    if (place === inbox.cursor && place === inbox.read) return;
    rewind();
    inbox.moveTo(place);
    if (place !== null) context.memory.reach(name, place);
  };

  const client: ApplicationClient = {
    name,
    on: (type, handler) => dispatcher.on(`direct:${type}`, handler as Handler),
    onFetch: (type, handler) => dispatcher.on(`fetch:${type}`, handler),
    onGap: (handler) => dispatcher.on('gap', handler),
    onWithdrawn: (handler) => dispatcher.on('withdrawn', handler),
    onError: (handler) => dispatcher.on('error', handler),
    onStatus: (handler) => {
      tell(handler);
      return dispatcher.on('status', handler);
    },
    close: () => {
      setStatus({ state: 'pending' });
      joined = false;
      rewind();
      changed();
    },
  };

  return {
    client,
    get read() {
      return inbox.read;
    },
    join: () => {
      if (joined) return;
      joined = true;
      rewind();
      changed();
    },
    part: () => {
      if (!joined) return undefined;
      // Nothing is remembered as long as nobody knows for whom.
      const place = started || context.memory.unsure ? null : context.memory.placeOf(name);
      if (place !== null) moveTo(place);
      const { read, cursor, size } = inbox;
      return { cursor: early ? read : cursor, fresh: !started, size, maxDelay, last, one: deliver === 'one-tab' };
    },
    start: (place) => {
      moveTo(place);
      setStatus({ state: 'active' });
    },
    receive: (entries) => {
      started = true;
      return inbox.receive(entries);
    },
    rewind,
    left: () => {
      if (joined || !moved) return null;
      moved = false;
      return early ? inbox.read : inbox.cursor;
    },
    setStatus,
  };
}
