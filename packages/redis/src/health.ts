import type { BufferHealth } from '@pollux/core/server';
import { weakness } from './server-facts.ts';
import type { Store } from './store.ts';

/** How the buffer is, by its connections and by what each process said of itself when its connection was made. */
export function healthOf({ facts, failure }: Store): BufferHealth {
  const figures = { connections: facts.length, appendOnlyFiles: facts.filter(({ keepsLog }) => keepsLog).length };
  if (facts.length === 0) return { state: 'failed', detail: failure ?? 'Redis cannot be reached.', figures };
  // A part of a cluster that is away fails what belongs to it; the rest goes on.
  const [detail = failure] = facts.flatMap((each) => weakness(each) ?? []);
  return detail === undefined ? { state: 'ok', figures } : { state: 'degraded', detail: failure ?? detail, figures };
}
