/** What the readings of a poll's queues mean for it. */
import type { QueueReading } from '../buffer/message-buffer.ts';
import { listsOf, type Section, saysSomething } from './answer.ts';
import type { HeldState } from './held-poll.ts';
import { rankOf } from './packing.ts';

/** Nothing in any queue: the most frequent case, without making an answer. */
export function areQuiet(readings: readonly QueueReading[]): boolean {
  for (const reading of readings)
    if (reading.reset || reading.messages.length > 0 || reading.losses.length > 0 || reading.after !== reading.last) return false;
  return true;
}

/** The readings by application. */
export function sectionsOf(held: HeldState, readings: readonly QueueReading[]): Section[] {
  const { applications, isNew } = held;
  const [only] = applications;
  if (only !== undefined && applications.length === 1) return [{ application: only, readings, isNew: isNew[0] === true }];
  let next = 0;
  return applications.map((application, index) => {
    const from = next;
    next += application.followings.length;
    return { application, readings: readings.slice(from, next), isNew: isNew[index] === true };
  });
}

/** The moment at which what is pending ends the hold: now, or when the latency budget of the least patient is spent. */
export function dueAt(held: HeldState, sections: readonly Section[], nowMs: number): number {
  let due = Number.POSITIVE_INFINITY;
  for (const section of sections) {
    if (!saysSomething(section)) continue;
    const { maxDelay } = section.application;
    if (maxDelay === undefined || maxDelay === 0 || held.mustAnswer) return nowMs;
    // What lies beyond a prefix may be urgent, and `more` asks for the next poll at once.
    if (section.readings.some((reading) => reading.reset || reading.more || reading.losses.length > 0)) return nowMs;
    const lists = listsOf(section);
    if (rankOf(lists) === highRank) return nowMs;
    for (const list of lists) for (const message of list) due = Math.min(due, message.waitingSinceMs + maxDelay * 1000);
  }
  return due;
}

const highRank = 3;
