/**
 * Which transport to use: the best one that works. A pure state machine; the loop tells it how each passage went.
 *
 *      silent, or cut 3 times in a row             cut 3 times in a row
 *   stream ───────────────────────────► long poll ────────────────────────► short poll
 *     ▲                                   │  ▲                                   │
 *     └───────────── 10 minutes ──────────┘  └──────────── 10 minutes ───────────┘
 *
 * What is asked for (`mode`, by option or by the server's advice) is where it begins; it never goes above that.
 */
import { cutsInARow, retryTransportMs, usualIntervalSeconds } from './bounds.ts';

/** 0 a stream, 1 long polls, 2 short polls. */
export type Rung = 0 | 1 | 2;

export interface Transport {
  /** The best one that is believed to work, until `untilMs`; then the best of all is tried again. */
  readonly rung: Rung;
  readonly untilMs: number;
  /** Cut in a row on the rung in use. */
  readonly cuts: number;
}

/** How a stream or a held poll went. `silent`: not even a first byte came, as behind a proxy that gathers answers. */
export type Passage = 'well' | 'cut' | 'silent';

export const freshTransport: Transport = { rung: 0, untilMs: 0, cuts: 0 };

const modes: readonly unknown[] = ['stream', 'long-poll', 'short-poll'];

/**
 * What is asked for: by the page, else by the server, else long polls. A server advises long polls to everybody, which takes
 * no stream from a page that wants one; its advice to poll briefly binds.
 */
export function topRung(mode: unknown, advised: unknown): Rung {
  const rung = advised === 'short-poll' ? 2 : modes.indexOf(mode ?? advised);
  return (rung < 0 ? 1 : rung) as Rung;
}

/** Seconds between an answer and the next request: those of short polls, else what the server advises. */
export function intervalSeconds(rung: Rung, asked: number | undefined, advised = 0): number {
  return rung > 1 ? Math.max(advised, asked ?? (advised || usualIntervalSeconds)) : advised;
}

/** The rung to use where `top` is asked for. */
export function rungAt({ rung, untilMs }: Transport, top: Rung, nowMs: number): Rung {
  return nowMs < untilMs && rung > top ? rung : top;
}

/** What follows from a passage on a rung. */
export function afterPassage(transport: Transport, used: Rung, passage: Passage, nowMs: number): Transport {
  // Short polls find out, after a cut, whether all is well again: that says nothing of what was cut.
  if (used === 2) return transport;
  const cuts = passage === 'well' ? 0 : transport.cuts + 1;
  if (passage !== 'silent' && cuts < cutsInARow) return { ...transport, cuts };
  return { rung: used === 0 ? 1 : 2, untilMs: nowMs + retryTransportMs, cuts: 0 };
}
