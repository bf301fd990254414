/** Taking a message back: out of the queue, and where it was sent already, by a message that says so. */
import type { AppendEntry, AppendOutcome, MaybePromise, MessageState } from '../buffer/message-buffer.ts';
import { flatten, utf8Length } from '../protocol/text.ts';
import { after } from './after.ts';
import { isHeard, type ServerContext, tell } from './context.ts';
import type { Session } from './session.ts';
import { isSentTo } from './status.ts';
import { followersOf, wakeFollowers } from './waking.ts';

type Outcome = 'withdrawn' | 'announced' | 'unknown';
type Sent = MessageState & { readonly state: 'pending' | 'parked' };

/** Withdraws a message of an application; another application's is unknown. */
export function withdraw(context: ServerContext, application: string, id: string): MaybePromise<Outcome> {
  return after(context.buffer.find(id), (found) => withdrawFound(context, application, id, found));
}

function withdrawFound(
  context: ServerContext,
  application: string,
  id: string,
  found: MessageState | undefined,
): MaybePromise<Outcome> {
  if (found === undefined || found.queue.application !== application || found.state === 'gone') return 'unknown';
  const followers = followersOf(context, found.queue.address, application);
  const wasSent =
    found.state === 'parked' ||
    found.sent ||
    isSentTo(followers, found.queue, found.place) ||
    isBeingRead(followers, application) ||
    mayBeSentElsewhere(context, found);
  if (wasSent) return announce(context, found, id);
  return after(take(context, id), (isTaken) => (isTaken ? 'withdrawn' : 'unknown'));
}

/**
 * Whether a poll here waits for what the buffer read for it: that may be this message, which goes out though it is taken.
 */
function isBeingRead(sessions: Iterable<Session>, application: string): boolean {
  for (const { held } of sessions)
    if (held?.isBusy === true && held.applications.some(({ name }) => name === application)) return true;
  return false;
}

function take(context: ServerContext, id: string): MaybePromise<boolean> {
  return context.buffer.take(id, { kind: 'withdraw' });
}

/**
 * Whether another server may have sent it, or this one before it was started again: the buffer hears how far a session was
 * sent only when that polls again. Better a word too many than a message taken back behind the back of who has it.
 */
function mayBeSentElsewhere(
  context: ServerContext,
  { queue, place, places = [] }: MessageState & { readonly state: 'pending' },
): boolean {
  const { address } = queue;
  // Of readers of a group the buffer knows only the servers.
  if (address.kind !== 'recipient') return context.buffer.supports.shared;
  const own = new Set([...(context.recipients.get(address.name)?.sessions ?? [])].map(({ id }) => id));
  return places.some(({ session, handled }) => handled < place.position && !own.has(session));
}

/**
 * First the word, then the message: where the buffer fails between the two, it is still there when the publisher tries again,
 * and nobody keeps what was taken back without having heard of it.
 */
function announce(context: ServerContext, found: Sent, id: string): MaybePromise<Outcome> {
  const word = wordOf(context, found, id);
  const append = (): MaybePromise<AppendOutcome | undefined> => after(context.buffer.append([word]), ([outcome]) => outcome);
  return after(append(), (before) => {
    if (before?.kind === 'stored') {
      const outcome = conclude(context, word, before);
      return after(take(context, id), () => outcome);
    }
    // No room but the message's own.
    return after(take(context, id), (isTaken) =>
      isTaken ? after(append(), (stored) => conclude(context, word, stored)) : 'unknown',
    );
  });
}

function wordOf(context: ServerContext, { queue, message }: Sent, id: string): AppendEntry {
  const nowMs = context.now();
  const members = flatten(`"kind":"withdrawn","of":"${id}","acceptedMs":${Math.floor(nowMs)}`);
  return {
    ...queue,
    members,
    size: utf8Length(members),
    ttlSeconds: Math.max(1, Math.ceil((message.expiresMs - nowMs) / 1000)),
    urgency: message.urgency,
    topic: undefined,
    key: undefined,
    fingerprint: '',
    overflow: 'reject',
  };
}

/** A parked message's place may have been taken since: then it is withdrawn without a word, and the answer says so. */
function conclude(
  context: ServerContext,
  { address, application, urgency, size, ttlSeconds }: AppendEntry,
  outcome: AppendOutcome | undefined,
): Outcome {
  if (outcome?.kind !== 'stored') return 'withdrawn';
  const waiting = wakeFollowers(context, address, application, urgency);
  if (isHeard(context, 'accepted')) {
    const type = 'withdrawn';
    tell(context, {
      kind: 'accepted',
      atMs: context.now(),
      id: outcome.id,
      address,
      application,
      message: type,
      type,
      bytes: size,
      urgency,
      ttlSeconds,
      waiting,
    });
  }
  return 'announced';
}
