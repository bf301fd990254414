/** Turns what the communication client tells of itself into entries that people understand. Knows no framework. */

import type { PollAnswer, PollRequest } from '@pollux/core';
import type { ClientEvent } from '@pollux/core/client';
import { createCursorBook } from './cursor-book.ts';
import type { Exchange, Tally, WireEntry, WireTotals } from './wire-entry.ts';

export interface WireLog {
  /** The newest first. */
  readonly entries: readonly WireEntry[];
  readonly totals: WireTotals;
  record(event: ClientEvent): void;
}

/** Creates a log that keeps the newest `capacity` entries. */
export function createWireLog(capacity = 80, now: () => number = Date.now): WireLog {
  const cursors = createCursorBook();
  let entries: readonly WireEntry[] = [];
  let totals: WireTotals = { requests: 0, messages: 0, bytes: 0 };
  let ids = 0;

  function add(entry: WireEntry): void {
    entries = [entry, ...entries].slice(0, capacity);
  }

  /** A request that begins while another is held takes its place: Pollux never holds two of one page. */
  function replaceHeld(): void {
    entries = entries.map((entry) => (isHeld(entry) ? { ...entry, state: 'replaced', endedMs: now() } : entry));
  }

  function begin(event: ClientEvent & { readonly kind: 'request' }): void {
    replaceHeld();
    const request = parse<PollRequest>(event.body);
    const asked = Object.entries(request?.applications ?? {});
    const requestBytes = bytesOf(event.body);
    totals = { ...totals, requests: totals.requests + 1, bytes: totals.bytes + requestBytes };
    add({
      kind: 'exchange',
      id: ++ids,
      seq: event.seq,
      state: 'held',
      startedMs: now(),
      wait: event.wait,
      request: event.body,
      requestBytes,
      answerBytes: 0,
      applications: asked.map(([application]) => application),
      acknowledged: tallies(
        asked.map(([application, { cursor }]) => ({ application, count: cursors.acknowledge(application, cursor) })),
      ),
      delivered: [],
      gaps: [],
    });
  }

  /** Completes the held exchange of this number. */
  function complete(seq: number, completion: Partial<Exchange>): void {
    entries = entries.map((entry) => (isHeld(entry) && entry.seq === seq ? { ...entry, endedMs: now(), ...completion } : entry));
  }

  function answer(event: ClientEvent & { readonly kind: 'answer' }): void {
    const sections = Object.entries(parse<PollAnswer>(event.body)?.applications ?? {});
    const delivered = tallies(
      sections.map(([application, section]) => ({ application, count: cursors.receive(application, section) })),
    );
    const gaps = sections.flatMap(([application, section]) => ('gap' in section ? [application] : []));
    const answerBytes = bytesOf(event.body);
    const messages = delivered.reduce((sum, { count }) => sum + count, 0);
    totals = { ...totals, messages: totals.messages + messages, bytes: totals.bytes + answerBytes };
    complete(event.seq, { state: 'answered', status: event.status, answer: event.body, answerBytes, delivered, gaps });
  }

  return {
    get entries() {
      return entries;
    },
    get totals() {
      return totals;
    },
    record(event) {
      if (event.kind === 'request') begin(event);
      else if (event.kind === 'answer') answer(event);
      else if (event.kind === 'request-failed') complete(event.seq, { state: 'failed', reason: event.reason });
      else if (event.kind === 'fetched') add({ ...event, kind: 'own-fetch', id: ++ids, atMs: now() });
      else if (event.kind === 'state') add({ ...event, kind: 'state-change', id: ++ids, atMs: now() });
    },
  };
}

/** Whether an entry is a request without an answer yet. */
export function isHeld(entry: WireEntry): entry is Exchange {
  return entry.kind === 'exchange' && entry.state === 'held';
}

function tallies(counted: readonly Tally[]): readonly Tally[] {
  return counted.filter(({ count }) => count > 0);
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

function parse<Value>(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}
