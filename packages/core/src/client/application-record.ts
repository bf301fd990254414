/** One application within the communication client: its handlers, what it received, and its part in the poll. */

import type { PollApplication } from '../protocol/types.ts';
import type { Section } from './answer.ts';
import type { ApplicationClient, ApplicationClientOptions, ApplicationStatus } from './application-client.ts';
import { acknowledgeMs, crowded, joinMs, touchMs } from './bounds.ts';
import type { ClientContext } from './context.ts';
import { createDispatcher, type Handler } from './dispatcher.ts';
import { createInbox } from './inbox.ts';

/** As it is written: what is not defined is not sent. */
export type Unsent<Part> = { readonly [Name in keyof Part]: Part[Name] | undefined };

export interface ApplicationRecord {
  readonly client: ApplicationClient;
  /** Joins the poll, or joins it again; a no-op where it takes part. */
  join(): void;
  /** What the next poll says of it; nothing where it stays out of it. */
  compose(): Unsent<PollApplication> | undefined;
  /** What to acknowledge beside a stream: what it does not know yet. */
  acknowledge(): string | undefined;
  /** The poll that said so was answered: with a section, or without a word about this application. */
  absorb(section: Section | undefined): boolean;
  /**
   * Milliseconds after which a held poll should be replaced because of this application; infinite where the present poll
   * says all there is to say.
   */
  changeInMs(): number;
}

export function createApplicationRecord(
  context: ClientContext,
  name: string,
  options: ApplicationClientOptions,
  changed: () => void,
  reportFailed: (id: string, reason: string) => void,
): ApplicationRecord {
  const { clock } = context;
  const dispatcher = createDispatcher(context, name, options, reportFailed);
  const progressed = (): void => {
    const { cursor } = inbox;
    if (cursor !== null) context.memory.reach(name, cursor);
    changed();
  };
  const inbox = createInbox(context, dispatcher.handle, progressed);
  const early = options.acknowledge === 'received';
  /** Acknowledged up to. */
  const place = (): string | null => (early ? inbox.read : inbox.cursor);
  /** What is acknowledged does not come again, so that it is handled by whoever has it. */
  const rewind = (): void => void (early || inbox.rewind());
  let status: ApplicationStatus = { state: 'pending' };
  let joined = false;
  let paused = false;
  /** The cursor that the present poll names; nothing where it leaves this application out. */
  let sent: string | null | undefined;
  let sentAtMs = 0;
  let refusedUntilMs = 0;

  const tell = (listener: Handler): void => context.guard(() => listener(status as never));

  const setStatus = (next: ApplicationStatus): void => {
    if (next.state === status.state && next.detail === status.detail) return;
    status = next;
    context.emit({ kind: 'application', application: name, status });
    dispatcher.all('status').forEach(tell);
  };

  /** Milliseconds until it may be named; 0 for now. */
  const outForMs = (): number => {
    paused = inbox.size > (paused ? crowded / 2 : crowded - 1);
    const nowMs = clock.monotonic();
    return Math.max(0, refusedUntilMs - nowMs, paused ? sentAtMs + touchMs - nowMs : 0);
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
      joined = false;
      sent = undefined;
      rewind();
      setStatus({ state: 'pending' });
    },
  };

  return {
    client,
    join: () => {
      if (joined) return;
      joined = true;
      rewind();
      changed();
    },
    compose: () => {
      sent = undefined;
      if (!joined || outForMs() > 0) return undefined;
      inbox.restore(context.memory.placeOf(name));
      const { read } = inbox;
      const cursor = place();
      sent = cursor;
      sentAtMs = clock.monotonic();
      return {
        cursor,
        read: read === cursor ? undefined : read,
        maxDelay: options.maxDelay,
        last: read === null ? options.last : undefined,
      };
    },
    acknowledge: () => {
      const cursor = place();
      if (sent === undefined || cursor === null || sent === cursor) return undefined;
      sent = cursor;
      return cursor;
    },
    absorb: (section) => {
      if (!joined || sent === undefined) return false;
      if (section?.kind === 'refused') {
        sent = undefined;
        refusedUntilMs = clock.monotonic() + section.retryInMs;
        setStatus({ state: 'refused', detail: section.detail });
        return true;
      }
      // A stream goes on and on: what it brings now is asked for again later, since `read` stays behind it.
      if (section && inbox.size >= crowded) sent = undefined;
      const news = section !== undefined && sent !== undefined && inbox.receive(section);
      if (inbox.read !== null) setStatus({ state: 'active' });
      return news;
    },
    changeInMs: () => {
      if (!joined || sent === place()) return Number.POSITIVE_INFINITY;
      return Math.max(sent === undefined ? joinMs : acknowledgeMs, outForMs());
    },
  };
}
