/**
 * What survives a reload of the page, in its `sessionStorage`: how far each application has handled, the ids of what was
 * handled last, and how often a message was begun and not finished. Never the session's id.
 *
 * It is kept by base address, for one recipient: the server tells its tag when a session opens, and for another recipient
 * nothing is remembered. So where there is something to go on from, the first poll asks for that tag alone.
 */
import { begunTimes, keptIds } from './bounds.ts';

interface Kept {
  tag?: string | undefined;
  places: { [application: string]: string };
  done: string[];
  begun: { [id: string]: number };
}

export interface Memory {
  /** There is something to go on from, and nobody knows yet whose it is. */
  readonly unsure: boolean;
  /** Whose session it is. */
  recognise(tag: string | undefined): void;
  placeOf(application: string): string | null;
  isDone(id: string): boolean;
  /** A handler begins; tells whether that happened too often without an end. */
  begin(id: string): boolean;
  /** Handled, or given up. */
  finish(id: string): void;
  /** Everything up to here is handled. */
  reach(application: string, cursor: string): void;
}

/** Pages alone have one; access alone may throw, where the user forbids it. */
function findStorage(): Storage | undefined {
  try {
    return globalThis.document && globalThis.sessionStorage;
  } catch {
    return undefined;
  }
}

const nothing = (): Kept => ({ places: {}, done: [], begun: {} });

/** @param isShared who the recipient is has to be known in any case */
export function createMemory(base: string, isShared: boolean): Memory {
  const storage = findStorage();
  const key = `pollux:${base}`;
  let kept = nothing();
  try {
    // What stands there was written by this page's origin, perhaps by another version.
    const found: Kept = { ...kept, ...JSON.parse(storage?.getItem(key) as string) };
    if (found.tag && Array.isArray(found.done) && Object.keys(found.places) && Object.keys(found.begun)) kept = found;
  } catch {
    // Then there is nothing to go on from.
  }
  let unsure = isShared || kept.tag !== undefined;

  const save = (): void => {
    try {
      storage?.setItem(key, JSON.stringify(kept));
    } catch {
      // Full or forbidden: a reload begins anew.
    }
  };

  return {
    get unsure() {
      return unsure;
    },
    recognise: (tag) => {
      if (!tag && !unsure) return;
      unsure = false;
      if (tag !== kept.tag) kept = { ...(kept.tag ? nothing() : kept), tag };
    },
    placeOf: (application) => {
      const place: unknown = kept.places[application];
      // `constructor` is a name like any other.
      return typeof place === 'string' ? place : null;
    },
    isDone: (id) => kept.done.includes(id),
    begin: (id) => {
      const times = (kept.begun[id] ?? 0) + 1;
      kept.begun[id] = times;
      save();
      return times > begunTimes;
    },
    finish: (id) => {
      delete kept.begun[id];
      kept.done = [...kept.done.slice(1 - keptIds), id];
    },
    reach: (application, cursor) => {
      kept.places[application] = cursor;
      save();
    },
  };
}
