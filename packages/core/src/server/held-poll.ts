/** A poll between its arrival and its answer: the one small object kept for each. */
import type { QueueReading } from '../buffer/message-buffer.ts';
import type { Timer } from '../protocol/environment.ts';
import type { Problem } from '../protocol/problem.ts';
import type { HeldPoll, PollOutcome } from './communication-server.ts';
import type { ServerContext } from './context.ts';
import type { Ending } from './deadlines.ts';
import type { Following, Session, SessionApplication } from './session.ts';

/** A reply that is also told which poll it answers, if one was registered. */
export interface InternalReply {
  answer(outcome: PollOutcome, answered?: HeldState): void;
}

export interface HeldState extends HeldPoll {
  readonly context: ServerContext;
  readonly session: Session;
  readonly reply: InternalReply;
  /** Applications that it asks for, in the order asked. */
  readonly applications: readonly SessionApplication[];
  /** For each: whether the client needs a new cursor in any case. */
  readonly isNew: readonly boolean[];
  /** Their queues, flat, in the same order. */
  readonly followings: readonly Following[];
  /** Applications answered with an error. */
  readonly errors: readonly { readonly application: string; readonly problem: Problem }[];
  readonly arrivedMs: number;
  /** When it is answered whatever happens. */
  readonly deadlineMs: number;
  /** It is answered at once, with whatever there is. */
  readonly mustAnswer: boolean;
  /** It opened its session. */
  readonly isOpening: boolean;
  /** The others that end when it does, and its neighbours among them; the deadlines' own. */
  ending: Ending | undefined;
  before: HeldState | undefined;
  after: HeldState | undefined;
  /** The timer that has it looked at before its deadline, where there is reason to. */
  timer: Timer | undefined;
  /** The moment for which the timer is set. */
  timerMs: number;
  isHeld: boolean;
  /** The buffer is being asked; a wake-up meanwhile has it asked again. */
  isBusy: boolean;
  isWoken: boolean;
  /** Which of the followings woke it, by index, where a buffer that others share is asked for those alone. */
  wokenBy: number[] | undefined;
  /** What such a buffer answered last for all followings, where there was nothing in any of them. */
  quiet: readonly QueueReading[] | undefined;
  /** Until when its places and queues are kept for long enough without an exchange. */
  keptMs: number;
  isDone: boolean;
}
