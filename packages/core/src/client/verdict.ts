/** What the outcome of a poll means. The one place that knows the statuses. */
import type { Problem } from '../protocol/problem.ts';
import { type Answer, readAnswer } from './answer.ts';
import { retryAfterMs } from './back-off.ts';
import type { Outcome } from './wire.ts';

export type Verdict =
  /** All is well; `answer` is missing where nothing came within the wait. */
  | { readonly kind: 'answered'; readonly answer: Answer | undefined }
  /** Worth one more try with a fresh token or session, before it counts as a failure. */
  | { readonly kind: 'renew'; readonly what: 'token' | 'session'; readonly reason: string }
  /** `lasting`: trying again soon will not help, so the back-off starts at its longest. */
  | { readonly kind: 'failed'; readonly reason: string; readonly floorMs: number; readonly lasting: boolean };

/** Title and detail of a problem document, believed only as far as their types go. */
function readProblem(text: string): { readonly said: string; readonly floorMs: number } {
  try {
    const { title, detail, retryAfter }: Partial<Record<keyof Problem, unknown>> = JSON.parse(text) ?? {};
    const said = [title, detail].filter((part) => typeof part === 'string').join(': ');
    return { said: said && ` ${said.slice(0, 200)}`, floorMs: retryAfterMs(retryAfter, 0) };
  } catch {
    return { said: '', floorMs: 0 };
  }
}

export function judge({ status, text, floorMs }: Outcome): Verdict {
  if (status === 204) return { kind: 'answered', answer: undefined };
  if (status === 0) return { kind: 'failed', reason: text, floorMs: 0, lasting: false };
  if (status === 200) {
    const answer = readAnswer(text);
    return answer
      ? { kind: 'answered', answer }
      : { kind: 'failed', reason: 'status 200, but not the answer to a poll', floorMs: 0, lasting: false };
  }
  const problem = readProblem(text);
  const reason = `status ${status}${problem.said}`;
  if (status === 401) return { kind: 'renew', what: 'token', reason };
  // Another poll of this session took over, and it was not ours: those are abandoned before they are answered.
  if (status === 409) return { kind: 'renew', what: 'session', reason };
  // Browsers hide `Retry-After` of another origin unless it is exposed, so the body says it as well.
  const lasting = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return { kind: 'failed', reason, floorMs: Math.max(floorMs, problem.floorMs), lasting };
}
