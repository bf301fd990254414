/** What the wire panel shows: one entry for each thing that happened between the page and the servers. */
import type { ClientState } from '@pollux/core/client';

/** Messages of one application. */
export interface Tally {
  readonly application: string;
  readonly count: number;
}

/** A request to Pollux, and its answer when there is one. */
export interface Exchange {
  readonly kind: 'exchange';
  readonly id: number;
  readonly seq: number;
  /** `'held'`: no answer yet. `'replaced'`: the page took it back for a newer one. `'failed'`: no answer came. */
  readonly state: 'held' | 'answered' | 'replaced' | 'failed';
  readonly startedMs: number;
  readonly endedMs?: number;
  /** Seconds that the server was asked to hold it. */
  readonly wait: number;
  readonly status?: number;
  readonly request: string;
  readonly answer?: string;
  readonly requestBytes: number;
  readonly answerBytes: number;
  /** The applications that this request asks for. */
  readonly applications: readonly string[];
  /** Messages whose handling this request tells the server of. */
  readonly acknowledged: readonly Tally[];
  /** Messages that the answer brought. */
  readonly delivered: readonly Tally[];
  /** Applications that the answer announced a loss to. */
  readonly gaps: readonly string[];
  /** Why no answer came. */
  readonly reason?: string;
}

/** A `fetch` message made the page ask an application's own server. */
export interface OwnFetch {
  readonly kind: 'own-fetch';
  readonly id: number;
  readonly atMs: number;
  readonly application: string;
  readonly href: string;
  readonly status: number;
}

/** The communication client is in another state. */
export interface StateChange {
  readonly kind: 'state-change';
  readonly id: number;
  readonly atMs: number;
  readonly state: ClientState;
  readonly retryInMs?: number | undefined;
}

export type WireEntry = Exchange | OwnFetch | StateChange;

/** Sums since the page began. */
export interface WireTotals {
  readonly requests: number;
  readonly messages: number;
  readonly bytes: number;
}
