/** One request of a publisher: sent, awaited for so long, read. */
import { retryAfterMs } from '../protocol/back-off.ts';
import type { Clock } from '../protocol/environment.ts';
import type { Problem } from '../protocol/problem.ts';
import type { PublishAnswer, RefusedNotification } from '../protocol/types.ts';

/** What came of a request. */
export type Reply =
  | { readonly kind: 'accepted'; readonly answer: PublishAnswer }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly problem: Problem | undefined;
      readonly refused: readonly RefusedNotification[];
      /** Milliseconds of a `Retry-After`; 0 without one. */
      readonly floorMs: number;
    }
  /** `isSent`: the server may have got the request all the same. */
  | { readonly kind: 'no-answer'; readonly isSent: boolean; readonly cause: unknown };

export interface Sending {
  readonly address: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** Gets the key, for as long as a request may take. @throws whatever `getKey` does */
export async function keyInTime(getKey: () => string | PromiseLike<string>, { clock, timeoutMs }: Sending): Promise<string> {
  let give: (error: Error) => void;
  const late = new Promise<never>((_, reject) => {
    give = reject;
  });
  const timer = clock.setTimeout(() => give(new Error(`No key within ${timeoutMs / 1000} s.`)), timeoutMs);
  try {
    return await Promise.race([late, getKey()]);
  } finally {
    timer.clear();
  }
}

/** Sends a body with a key; never fails. */
export async function send({ address, fetch, clock, timeoutMs }: Sending, key: string, body: string): Promise<Reply> {
  const abort = new AbortController();
  const timer = clock.setTimeout(() => abort.abort(new Error(`No answer within ${timeoutMs / 1000} s.`)), timeoutMs);
  const { signal } = abort;
  // A `fetch` that does not hear of the abort must not hold the publisher for ever.
  const cut = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  try {
    const response = await Promise.race([
      cut,
      fetch(address, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body,
        // A key is for this address alone; `error` is not known everywhere, so a redirection is looked at instead.
        redirect: 'manual',
        signal,
      }),
    ]);
    return read(response.status, response.headers.get('retry-after'), await Promise.race([cut, response.text()]));
  } catch (cause) {
    return { kind: 'no-answer', isSent: true, cause };
  } finally {
    timer.clear();
  }
}

function read(status: number, retryAfter: string | null, text: string): Reply {
  const found = parse(text);
  // In browsers a redirection that is not followed has the status 0.
  if (status < 400) {
    if (status >= 200 && status < 300 && isAnswer(found))
      return { kind: 'accepted', answer: { ...found, refused: refusalsOf(found.refused) } };
    return { kind: 'no-answer', isSent: true, cause: new Error(`Something else than the server answered ${status}.`) };
  }
  const problem = isProblem(found) ? found : undefined;
  return {
    kind: 'refused',
    status,
    problem,
    refused: refusalsOf(problem?.refused),
    floorMs: Math.max(retryAfterMs(retryAfter), retryAfterMs(problem?.retryAfter)),
  };
}

/** Whoever answers, nothing of it can end the publisher. */
function refusalsOf(value: unknown): readonly RefusedNotification[] {
  return Array.isArray(value) ? value.filter(isRefusal) : [];
}

function isRefusal(value: unknown): value is RefusedNotification {
  return typeof value === 'object' && value !== null && 'index' in value && 'problem' in value && isProblem(value.problem);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isAnswer(value: unknown): value is PublishAnswer {
  return typeof value === 'object' && value !== null && 'grade' in value && 'accepted' in value && Array.isArray(value.accepted);
}

function isProblem(value: unknown): value is Problem & { readonly refused?: readonly RefusedNotification[] } {
  return typeof value === 'object' && value !== null && 'code' in value && 'status' in value && 'title' in value;
}
