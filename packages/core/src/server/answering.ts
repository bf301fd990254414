/** Ending a poll: the answer made from what is pending, or another outcome; the poll taken off the books. */
import { type Problem, problem } from '../protocol/problem.ts';
import type { Advice } from '../protocol/types.ts';
import { beginAnew } from './acknowledging.ts';
import { type Delivery, idsOf, listsOf, type Section, type WrittenSection, writeSection } from './answer.ts';
import type { PollOutcome } from './communication-server.ts';
import { isHeard, type ServerContext, tell } from './context.ts';
import type { HeldState } from './held-poll.ts';
import { pack } from './packing.ts';
import { recipientTag } from './recipient-tag.ts';
import type { Session } from './session.ts';
import { closeSession } from './sessions.ts';

/** What an answer says besides messages. */
export interface PollEnding {
  readonly advice?: Advice;
}

/** Answers a poll with what its sections hold, 204 when that is nothing. */
export function answerPoll(context: ServerContext, held: HeldState, sections: readonly Section[], { advice }: PollEnding): void {
  const { session } = held;
  const counts = countsOf(context, session, sections);
  let json = '';
  let messages = 0;
  let hasMore = false;
  // Names of applications, cursors and ids are; what a problem says need not be.
  let isAscii = held.errors.length === 0;
  for (let index = 0; index < sections.length; index++) {
    const section = sections[index];
    const written = section && writeSection(section, counts[index] ?? 0);
    if (section === undefined || written === undefined) continue;
    json += json === '' ? written.json : `,${written.json}`;
    messages += written.count;
    hasMore ||= written.hasMore;
    isAscii &&= written.isAscii;
    noteWritten(context, held, section, written);
  }
  for (const { application, problem: found } of held.errors) {
    json += `${json === '' ? '' : ','}${JSON.stringify(application)}:{"error":${JSON.stringify(found)}}`;
  }
  if (advice?.interval !== undefined) session.interval = advice.interval;
  if (json === '' && advice === undefined && !held.isOpening) {
    context.totals.emptyPolls++;
    endPoll(context, held, { status: 204 }, 0);
    return;
  }
  let body = `{"session":"${session.id}"`;
  if (held.isOpening) body += `,"recipient":"${recipientTag(session.entry.recipient)}"`;
  if (advice !== undefined) body += `,"advice":${JSON.stringify(advice)}`;
  if (json !== '') body += `,"applications":{${json}}`;
  body += hasMore ? ',"more":true}' : '}';
  const isCrowded = advice?.interval !== undefined && advice.interval > 0;
  endPoll(
    context,
    held,
    isCrowded ? { status: 200, json: body, isAscii, retryAfter: advice.interval } : { status: 200, json: body, isAscii },
    messages,
  );
}

/** How many messages of each section go into the answer; where all of them fit, without packing. */
function countsOf(context: ServerContext, session: Session, sections: readonly Section[]): readonly number[] {
  const { responseBytes } = context.limits;
  const [only] = sections;
  if (only !== undefined && sections.length === 1) {
    let bytes = 0;
    let count = 0;
    for (const { messages } of only.readings) {
      count += messages.length;
      for (const { size } of messages) bytes += size;
    }
    if (bytes <= responseBytes) return [count];
  }
  return pack(
    sections.map((section) => ({ lists: listsOf(section) })),
    responseBytes,
    session.polls,
  );
}

/** Notes what a section brought to the session, and tells it. */
function noteWritten(context: ServerContext, held: HeldState, section: Section, written: WrittenSection): void {
  const { application } = section;
  const { session } = held;
  application.cursor = written.cursor;
  application.delivered += written.count;
  session.delivered += written.count;
  context.totals.delivered += written.count;
  const entry = context.applications.get(application.name);
  if (entry !== undefined) entry.delivered += written.count;
  for (let index = 0; index < written.deliveries.length; index++) {
    const { following, epoch, end, messages, part } = written.deliveries[index] as Delivery;
    if (following.epoch !== epoch) beginAnew(following, epoch, section.readings[index]?.after ?? 0);
    following.outstanding += countAfter(messages, following.sent);
    following.sent = Math.max(following.sent, end);
    following.covered = end;
    following.part = part;
  }
  if (isHeard(context, 'gap') || isHeard(context, 'delivered')) tellWritten(context, session, application.name, written);
}

/** How many were not sent before: those that a retry brings again are acknowledged once. */
function countAfter(messages: Delivery['messages'], sent: number): number {
  const known = messages.findIndex(({ position }) => position > sent);
  return known < 0 ? 0 : messages.length - known;
}

function tellWritten(context: ServerContext, session: Session, application: string, written: WrittenSection): void {
  const base = { atMs: context.now(), session: session.id, recipient: session.entry.recipient, application };
  if (written.gap !== undefined) tell(context, { kind: 'gap', ...base, losses: written.gap.losses });
  for (const delivery of written.deliveries) {
    if (delivery.messages.length === 0) continue;
    tell(context, {
      kind: 'delivered',
      ...base,
      address: delivery.following.address,
      poll: session.polls,
      transport: session.transport,
      ids: idsOf(delivery),
    });
  }
}

/** Takes a poll off the books and answers it; without an outcome its client has gone. */
export function endPoll(context: ServerContext, held: HeldState, outcome: PollOutcome | undefined, messages = 0): void {
  if (held.isDone) return;
  held.isDone = true;
  held.timer?.clear();
  held.timer = undefined;
  context.deadlines.remove(held);
  const { session } = held;
  if (session.held === held) session.held = undefined;
  const nowMs = context.now();
  session.lastContactMs = nowMs;
  // A stream asks for its applications all the time, for longer than they live when they are left out.
  if (session.transport === 'stream') for (const application of held.applications) application.lastAskedMs = nowMs;
  if (held.isHeld) {
    context.held--;
    session.entry.held--;
  }
  if (isHeard(context, 'poll-answered')) {
    tell(context, {
      kind: 'poll-answered',
      atMs: nowMs,
      session: session.id,
      recipient: session.entry.recipient,
      applications: held.applications.map(({ name }) => name),
      heldMs: nowMs - held.arrivedMs,
      ...(outcome === undefined
        ? undefined
        : { status: outcome.status, messages, bytes: outcome.status === 200 ? outcome.json.length : 0 }),
    });
  }
  // Nobody was told of the session that it opened: one for each try would soon be too many.
  if (held.isOpening && (outcome === undefined || outcome.status === 503)) closeSession(context, session, 'goodbye');
  if (outcome !== undefined) held.reply.answer(outcome, held);
}

/** The `cancel` of every poll: one function for all, since there are many of them. */
export function cancel(this: HeldState): void {
  endPoll(this.context, this, undefined);
}

/** Ends a poll because its session is ended. */
export function disconnectPoll(context: ServerContext, held: HeldState): void {
  const found: Problem = problem('unauthenticated', { detail: 'The session was ended by the server.' });
  endPoll(context, held, { status: 401, problem: found });
}

/** Ends a poll because the server goes away: the client comes back after a random part of the window. */
export function answerDraining(context: ServerContext, held: HeldState, drainSeconds: number): void {
  const body = `{"session":"${held.session.id}","advice":{"drain":${drainSeconds}}}`;
  endPoll(context, held, { status: 200, json: body });
}
