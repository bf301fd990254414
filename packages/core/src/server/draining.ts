/** Graceful end: every held poll gets a whole answer, with what is pending and when to come back. */
import { answerDraining } from './answering.ts';
import type { ServerContext } from './context.ts';
import type { HeldState } from './held-poll.ts';
import { ask } from './polling.ts';

/** Milliseconds that a buffer gets to say what is pending before a poll is answered without it. */
const patienceMs = 2000;
const lookMs = 10;

/** Answers all held polls; `drainSeconds` stands in the context already. */
export async function endHeldPolls(context: ServerContext, drainSeconds: number): Promise<void> {
  const held = [...context.sessions.values()]
    .map((session) => session.held)
    .filter((poll): poll is HeldState => poll !== undefined);
  for (const poll of held) if (!poll.isBusy) ask(context, poll, false, context.now());
  const untilMs = context.now() + patienceMs;
  while (held.some((poll) => !poll.isDone) && context.now() < untilMs) {
    await new Promise<void>((done) => void context.clock.setTimeout(done, lookMs));
  }
  for (const poll of held) answerDraining(context, poll, drainSeconds);
}
