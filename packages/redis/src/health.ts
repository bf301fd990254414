import type { BufferHealth } from '@pollux/core/server';
import type { Connection } from './connection.ts';
import { weakness } from './server-facts.ts';

/** How the buffer is, by its connection and by what Redis said of itself when it was made. */
export function healthOf({ facts, failure }: Connection): BufferHealth {
  if (facts === undefined) return { state: 'failed', detail: failure ?? 'Redis cannot be reached.', figures: { connections: 0 } };
  const figures = { connections: 1, appendOnlyFile: facts.keepsLog ? 1 : 0 };
  const detail = weakness(facts);
  return detail === undefined ? { state: 'ok', figures } : { state: 'degraded', detail, figures };
}
