/** What the outcome of a poll means. The one place that knows the statuses. */

import { retryAfterMs } from '../protocol/back-off.ts';
import { type Answer, readAnswer, readJson, readProblem } from './answer.ts';
import type { Outcome } from './wire.ts';

export type Verdict =
  /** All is well; `answer` is missing where nothing came within the wait. */
  | { readonly kind: 'answered'; readonly answer?: Answer }
  /** Worth one more try with a fresh token or session, before it counts as a failure. */
  | { readonly kind: 'renew'; readonly what: 'token' | 'session'; readonly reason: string }
  /** `lasting`: trying again soon will not help, so the back-off starts at its longest. */
  | { readonly kind: 'failed'; readonly reason: string; readonly floorMs?: number; readonly lasting?: boolean };

export function judge({ status, text, floorMs }: Outcome): Verdict {
  if (status === 0) return { kind: 'failed', reason: text };
  if (status === 204) return { kind: 'answered' };
  if (status === 200) {
    const answer = readAnswer(text);
    return answer ? { kind: 'answered', answer } : { kind: 'failed', reason: 'no answer to a poll' };
  }
  const problem = readJson<'title' | 'detail' | 'retryAfter'>(text);
  const reason = `status ${status} ${readProblem(problem)}`.trim();
  if (status === 401) return { kind: 'renew', what: 'token', reason };
  // Another poll of this session took over, and it was not ours: those are abandoned before they are answered.
  if (status === 409) return { kind: 'renew', what: 'session', reason };
  return {
    kind: 'failed',
    reason,
    // Browsers hide `Retry-After` of another origin unless it is exposed, so the body says it as well.
    floorMs: Math.max(floorMs, retryAfterMs(problem.retryAfter)),
    lasting: status >= 400 && status < 500 && status !== 408 && status !== 429,
  };
}
