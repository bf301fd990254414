/** From a request's answer to each notification's fate. */
import { retryAfterMs } from '../protocol/back-off.ts';
import type { Problem } from '../protocol/problem.ts';
import type { AcceptedNotification, Audience, Grade, PublishAnswer, RefusedNotification } from '../protocol/types.ts';
import { PublishError, type Published } from './publisher.ts';
import type { Reply } from './request.ts';

/** What is to be done with a notification after a request. */
export type Fate =
  | { readonly kind: 'published'; readonly published: Published }
  | { readonly kind: 'failed'; readonly error: PublishError }
  /** Tried again; in the end it is published as far as it was, or fails with the error. */
  | {
      readonly kind: 'again';
      readonly error: PublishError;
      readonly partly?: Published | undefined;
      readonly floorMs: number;
      /** For a reason of its own: the others go on. */
      readonly isOwn: boolean;
    }
  /** Tried again by itself: another one of the request may have been the reason. */
  | { readonly kind: 'alone' };

type Refusals = readonly RefusedNotification[];

/** Whether a later try may end otherwise. */
function isPassing(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501);
}

/** Whether it leaves open what was stored: a server that failed, or a proxy that did not hear its server's answer. */
function isOpen(status: number): boolean {
  return status >= 500 && isPassing(status);
}

/** The fates of a request's notifications by what came of it; `addresses` is how many each of them names. */
export function fatesOf(addresses: readonly number[], reply: Reply): readonly Fate[] {
  switch (reply.kind) {
    case 'accepted':
      return settleAccepted(addresses, reply.answer);
    case 'refused':
      return settleRefused(addresses.length, reply);
    case 'no-answer': {
      const { isSent, cause } = reply;
      const error = new PublishError(isSent ? 'The server did not answer.' : 'There was no key.', { isUncertain: isSent, cause });
      return addresses.map(() => ({ kind: 'again', error, floorMs: 0, isOwn: false }));
    }
  }
}

/** The fates of the notifications of a request that was answered 202. */
function settleAccepted(addresses: readonly number[], { grade, accepted, refused = [] }: PublishAnswer): Fate[] {
  // What was accepted stands in the order of publishing, without the place in the request: so many as were not refused.
  let next = 0;
  return addresses.map((count, index) => {
    const own = refused.filter((refusal) => refusal.index === index);
    const from = next;
    next += Math.max(0, count - refusedOf(count, own));
    return fateOf(grade, accepted.slice(from, next), own);
  });
}

/** The fates of the notifications of a request that was refused as a whole. */
function settleRefused(count: number, { status, problem, refused, floorMs }: Extract<Reply, { kind: 'refused' }>): Fate[] {
  const all = Array.from({ length: count }, (_, index) => index);
  if (refused.length > 0) {
    const ownOf = (index: number): Refusals => refused.filter((refusal) => refusal.index === index);
    return all.map((index) => fateOf(undefined, [], ownOf(index)));
  }
  const error = new PublishError(describe(problem, status), { problem, isUncertain: isOpen(status) });
  // A queue that is full is this notification's matter; a server that is not there is everybody's.
  const isOwn = count === 1 && status === 429;
  if (isPassing(status)) return all.map(() => ({ kind: 'again', error, floorMs, isOwn }));
  if (count > 1 && concernsContent.has(status)) return all.map(() => ({ kind: 'alone' }));
  return all.map(() => ({ kind: 'failed', error }));
}

/** Malformed, too large, not as the contract has it: one of the notifications, not the caller. */
const concernsContent: ReadonlySet<number> = new Set([400, 409, 413, 422]);

function fateOf(grade: Grade | undefined, accepted: readonly AcceptedNotification[], refusals: Refusals): Fate {
  const refused = refusals.map(({ recipient, problem }) => ({ ...(recipient !== undefined && { recipient }), problem }));
  const published = grade === undefined || accepted.length === 0 ? undefined : { grade, accepted, refused };
  const passing = refused.find(({ problem }) => isPassing(problem.status))?.problem;
  if (passing !== undefined) {
    const error = new PublishError(describe(passing, passing.status), {
      problem: passing,
      refused,
      isUncertain: isOpen(passing.status),
    });
    return { kind: 'again', error, partly: published, floorMs: retryAfterMs(passing.retryAfter), isOwn: true };
  }
  if (published !== undefined) return { kind: 'published', published };
  const problem = refused[0]?.problem;
  return { kind: 'failed', error: new PublishError(describe(problem, 202), { problem, refused }) };
}

/** How many addresses an audience names: whatever it is, and counted at once, since it is the caller's to change. */
export function addressesOf(audience: Audience | undefined): number {
  const { recipients } = (audience ?? {}) as { readonly recipients?: unknown };
  return Array.isArray(recipients) ? new Set(recipients).size : 1;
}

/** A refusal that names no recipient is of the whole notification. */
function refusedOf(addresses: number, refusals: Refusals): number {
  return refusals.some(({ recipient }) => recipient === undefined) ? addresses : refusals.length;
}

function describe(problem: Problem | undefined, status: number): string {
  if (problem === undefined) return `The server answered ${status}, without a problem document.`;
  return problem.detail === undefined ? problem.title : `${problem.title}: ${problem.detail}`;
}
