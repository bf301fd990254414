/** A request in flight: how it is watched, and what a stream tells while it lasts. */
import type { Clock } from '../protocol/environment.ts';
import { type Answer, readAnswer } from './answer.ts';
import { graceMs, quietMs, silentMs } from './bounds.ts';
import type { Rung } from './transport.ts';
import type { StreamHearer } from './wire.ts';

export interface Polling {
  readonly kind: 'polling';
  readonly controller: AbortController;
  readonly rung: Rung;
  /** The session is known and the server was asked to hold: no answer is due soon. */
  readonly held: boolean;
  /** When it was sent. */
  readonly sentMs: number;
  /** A stream was heard of: its first byte came through. */
  isHeard(): boolean;
  heard(): void;
  /**
   * Milliseconds until it counts as dead, by whichever clock ran faster since it was sent or heard of: the monotonic one
   * may stand still through a sleep.
   */
  leftMs(): number;
  /** How long nothing may come, in milliseconds. */
  limitMs(): number;
}

export function createPolling(clock: Clock, rung: Rung, held: boolean, wait: number): Polling {
  let limitMs = rung > 0 ? wait * 1000 + graceMs : silentMs;
  let sinceMs = clock.monotonic();
  let sinceWallMs = clock.now();
  return {
    kind: 'polling',
    controller: new AbortController(),
    rung,
    held,
    sentMs: sinceMs,
    isHeard: () => limitMs === quietMs,
    heard: () => {
      limitMs = quietMs;
      sinceMs = clock.monotonic();
      sinceWallMs = clock.now();
    },
    leftMs: () => limitMs - Math.max(clock.monotonic() - sinceMs, clock.now() - sinceWallMs),
    limitMs: () => limitMs,
  };
}

/** Hears a stream: that it opened, its answers, or something else in the place of one. */
export function hearStream(
  polling: Polling,
  opened: () => void,
  take: (answer: Answer) => void,
  fail: (reason: string) => void,
): StreamHearer {
  return {
    heard: () => {
      if (!polling.isHeard()) opened();
      polling.heard();
    },
    take: (text) => {
      const answer = readAnswer(text);
      if (answer) take(answer);
      else fail('no answer to a poll');
    },
  };
}
