/** Taking a message back: out of the queue, and where it was sent already, by a message that says so. */
import type { AppendEntry, AppendOutcome, MaybePromise, MessageState } from '../buffer/message-buffer.ts';
import { flatten, utf8Length } from '../protocol/text.ts';
import { isHeard, type ServerContext, tell } from './context.ts';
import { isSentTo } from './status.ts';
import { followersOf, wakeFollowers } from './waking.ts';

type Outcome = 'withdrawn' | 'announced' | 'unknown';

/** Withdraws a message of an application; another application's is unknown. */
export function withdraw(context: ServerContext, application: string, id: string): MaybePromise<Outcome> {
  const found = context.buffer.find(id);
  if (found !== undefined && 'then' in found) return found.then((state) => withdrawFound(context, application, id, state));
  return withdrawFound(context, application, id, found);
}

function withdrawFound(
  context: ServerContext,
  application: string,
  id: string,
  found: MessageState | undefined,
): MaybePromise<Outcome> {
  if (found === undefined || found.queue.application !== application || found.state === 'gone') return 'unknown';
  const taken = context.buffer.take(id, { kind: 'withdraw' });
  const wasSent =
    found.state === 'parked' ||
    found.sent ||
    isSentTo(followersOf(context, found.queue.address, application), found.queue, found.place) ||
    mayBeSentElsewhere(context, found);
  const go = (isTaken: boolean): MaybePromise<Outcome> =>
    !isTaken ? 'unknown' : wasSent ? announce(context, found, id) : 'withdrawn';
  return typeof taken === 'boolean' ? go(taken) : taken.then(go);
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

function announce(
  context: ServerContext,
  { queue, message }: MessageState & { readonly state: 'pending' | 'parked' },
  id: string,
): MaybePromise<Outcome> {
  const nowMs = context.now();
  const members = flatten(`"kind":"withdrawn","of":"${id}","acceptedMs":${Math.floor(nowMs)}`);
  const entry: AppendEntry = {
    ...queue,
    members,
    size: utf8Length(members),
    ttlSeconds: Math.max(1, Math.ceil((message.expiresMs - nowMs) / 1000)),
    urgency: message.urgency,
    topic: undefined,
    key: undefined,
    fingerprint: '',
    // It takes the place of the message it withdraws; the bound that let that one in lets it in.
    overflow: 'reject',
  };
  const stored = context.buffer.append([entry]);
  return 'then' in stored ? stored.then(([outcome]) => conclude(context, entry, outcome)) : conclude(context, entry, stored[0]);
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
