/**
 * Fair packing: which prefix of each application's pending messages goes into an answer of bounded size.
 *
 * The more urgent applications go first, but never take the share that is reserved for the rest; applications of equal
 * urgency take turns by bytes: the next message is always of the one that has taken the least so far.
 */
import type { BufferedMessage } from '../buffer/message-buffer.ts';
import { type Urgency, urgencies } from '../protocol/types.ts';

/** One application's pending messages, in the order of delivery. */
export interface Pending {
  /** In one list for each queue; only prefixes are taken, of the lists in turn. */
  readonly lists: readonly (readonly BufferedMessage[])[];
}

/** Part of an answer that urgent applications leave to the others. */
const reservedShare = 0.25;

interface Taker {
  readonly index: number;
  readonly rank: number;
  readonly messages: readonly BufferedMessage[];
  taken: number;
  bytes: number;
  isBlocked: boolean;
}

/** The urgency of pending messages: the highest among them. */
export function rankOf(lists: readonly (readonly BufferedMessage[])[]): number {
  let rank = 0;
  for (const list of lists) {
    for (const message of list) {
      const found = ranks[message.urgency];
      if (found > rank) rank = found;
      if (rank === highest) return rank;
    }
  }
  return rank;
}

const ranks: Readonly<Record<Urgency, number>> = { 'very-low': 0, low: 1, normal: 2, high: 3 };
const highest = urgencies.length - 1;

/**
 * How many messages of each application go into an answer of `maxBytes`; at least one goes if there is any. `turn`
 * moves on who is first among equals.
 */
export function pack(pending: readonly Pending[], maxBytes: number, turn: number): readonly number[] {
  let total = 0;
  for (const { lists } of pending) for (const list of lists) for (const message of list) total += message.size;
  if (total <= maxBytes) return pending.map(({ lists }) => lists.reduce((sum, list) => sum + list.length, 0));
  const takers = pending.map(
    ({ lists }, index): Taker => ({ index, rank: rankOf(lists), messages: lists.flat(), taken: 0, bytes: 0, isBlocked: false }),
  );
  const shift = turn % Math.max(1, takers.length);
  const inTurn = [...takers.slice(shift), ...takers.slice(0, shift)];
  let left = maxBytes;
  const byRank = [...new Set(inTurn.map((taker) => taker.rank))].sort((a, b) => b - a);
  for (const [place, rank] of byRank.entries()) {
    const isLast = place === byRank.length - 1;
    const budget = isLast ? left : left - Math.floor(left * reservedShare);
    left -= takeTurns(
      inTurn.filter((taker) => taker.rank === rank),
      budget,
      left === maxBytes,
    );
  }
  // What the less urgent left of their share goes to whoever is next.
  for (const rank of byRank) {
    const some = inTurn.filter((taker) => taker.rank === rank);
    for (const taker of some) taker.isBlocked = false;
    left -= takeTurns(some, left, false);
  }
  return takers.map((taker) => taker.taken);
}

/** Lets takers take in turns within a budget; returns the bytes taken. */
function takeTurns(takers: readonly Taker[], budget: number, mustTake: boolean): number {
  let spent = 0;
  for (;;) {
    let next: Taker | undefined;
    for (const taker of takers) {
      if (!taker.isBlocked && taker.taken < taker.messages.length && (next === undefined || taker.bytes < next.bytes))
        next = taker;
    }
    const size = next?.messages[next.taken]?.size;
    if (next === undefined || size === undefined) return spent;
    if (spent + size > budget && !(mustTake && spent === 0)) {
      next.isBlocked = true;
      continue;
    }
    next.taken++;
    next.bytes += size;
    spent += size;
  }
}
