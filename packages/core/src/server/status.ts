/** Why has this message not been delivered? Answered for one message, from the queue and the sessions that follow it. */
import type { MessageState, Place, QueueName } from '../buffer/message-buffer.ts';
import type { DeliveryStatus } from './communication-server.ts';
import type { ServerContext } from './context.ts';
import type { Session } from './session.ts';
import { followersOf } from './waking.ts';

/** The status of a message that the buffer knows. */
export function describeMessage(context: ServerContext, id: string, found: MessageState): DeliveryStatus {
  const { address, application } = found.queue;
  const base = { id, application, address };
  if (found.state === 'parked') {
    return {
      ...base,
      state: 'parked',
      code: 'parked',
      why: `Parked: its client reported that handling failed (${found.reason || 'no reason given'}).`,
      sessions: [],
    };
  }
  if (found.state === 'gone') return { ...base, state: found.reason, code: 'ended', why: endings[found.reason], sessions: [] };
  const own = [...followersOf(context, address, application)].map((session) => ({
    session: session.id,
    recipient: session.entry.recipient,
    state: stateIn(session, found.queue, found.place),
  }));
  const sessions = [...own, ...(context.buffer.supports.shared ? elsewhere(found, own) : [])];
  const { code, why } = explain(context, found, sessions);
  const isAcknowledged = found.handled || sessions.some(({ state }) => state === 'acknowledged');
  const isDelivered = found.sent || sessions.some(({ state }) => state === 'delivered');
  return { ...base, state: isAcknowledged ? 'acknowledged' : isDelivered ? 'delivered' : 'pending', code, why, sessions };
}

const endings: Readonly<Record<(MessageState & { readonly state: 'gone' })['reason'], string>> = {
  acknowledged: 'Delivered and acknowledged.',
  expired: 'It expired before it was acknowledged.',
  overflow: 'The queue was full and its overflow rule dropped the message.',
  collapsed: 'A newer message of the same topic replaced it.',
  withdrawn: 'Its application withdrew it.',
  parked: 'It was parked, and has left the parking since.',
  purged: 'An operator removed it.',
  erased: 'The recipient was erased.',
  unknown: 'It has left the queue; how is not recorded any more.',
};

/** Whether any of the sessions was sent what stands at a place. */
export function isSentTo(sessions: Iterable<Session>, queue: QueueName, place: Place): boolean {
  for (const session of sessions) {
    const state = stateIn(session, queue, place);
    if (state === 'delivered' || state === 'acknowledged') return true;
  }
  return false;
}

/** Sessions of other nodes, as far as the buffer knows of them. */
function elsewhere(
  { queue, place, sent, places = [] }: MessageState & { readonly state: 'pending' },
  own: DeliveryStatus['sessions'],
): DeliveryStatus['sessions'] {
  const { address } = queue;
  if (address.kind !== 'recipient') return [];
  const known = new Set(own.map(({ session }) => session));
  return places
    .filter(({ session }) => !known.has(session))
    .map(({ session, handled }) => ({
      session,
      recipient: address.name,
      state: handled >= place.position ? 'acknowledged' : sent ? 'delivered' : 'waiting',
    }));
}

function stateIn(session: Session, queue: QueueName, place: Place): DeliveryStatus['sessions'][number]['state'] {
  const application = session.applications.get(queue.application);
  const following = application?.followings.find(({ address }) => sameAddress(address, queue.address));
  if (following === undefined) return 'not-registered';
  if (following.epoch !== place.epoch || following.sent < place.position) return 'waiting';
  return following.acknowledged >= place.position ? 'acknowledged' : 'delivered';
}

function sameAddress(a: QueueName['address'], b: QueueName['address']): boolean {
  return a.kind === b.kind && (a.kind === 'everyone' || b.kind === 'everyone' || a.name === b.name);
}

/** Where nodes share a buffer, it knows who reads a recipient's queue, but not who else is polling, nor who reads a log. */
function nobodyAt({ buffer }: ServerContext, { address, application }: QueueName): string {
  if (!buffer.supports.shared) return 'Nobody at this address is polling.';
  return address.kind === 'recipient'
    ? `Nobody at this address is polling for ${application}, at whatever node.`
    : 'Nobody at this address is polling this node; those who poll another get it there, which is not known here.';
}

type Explanation = Pick<DeliveryStatus, 'code' | 'why'>;

function explain(
  context: ServerContext,
  found: MessageState & { readonly state: 'pending' },
  sessions: DeliveryStatus['sessions'],
): Explanation {
  const { address, application } = found.queue;
  if (found.handled || sessions.some(({ state }) => state === 'acknowledged')) {
    return { code: 'ended', why: 'Acknowledged; it stays for the other sessions, or until it expires.' };
  }
  if (sessions.some(({ state }) => state === 'delivered')) {
    return { code: 'not-acknowledged', why: 'Delivered; the client has not acknowledged it yet.' };
  }
  const waiting = sessions.filter(({ state }) => state === 'waiting');
  if (waiting.length === 0) {
    // Everyone's followers are the application's own sessions; whoever else polls is there all the same.
    const isAnybodyThere = sessions.length > 0 || (address.kind === 'everyone' && context.sessions.size > 0);
    return !isAnybodyThere
      ? { code: 'no-session', why: `${nobodyAt(context, found.queue)} It waits for a client, or expires.` }
      : {
          code: 'not-polled',
          why: `A client is polling, but not for ${application}: that application has no client code in the page, or was refused to it.`,
        };
  }
  const held = waiting.map(({ session }) => context.sessions.get(session)).filter((session) => session?.held !== undefined);
  if (held.length === 0) {
    const isHere = waiting.some(({ session }) => context.sessions.has(session));
    const why = isHere
      ? 'The client is between two polls; the next one takes it.'
      : 'The client polls another node, which takes it with its next look: within 5 s, if it was not woken.';
    return { code: 'between-polls', why };
  }
  const delay = Math.max(0, ...held.map((session) => session?.applications.get(application)?.maxDelay ?? 0));
  if (delay > 0 && found.message.urgency !== 'high') {
    return {
      code: 'waiting-for-max-delay',
      why: `A poll is held; ${application} lets its messages wait up to ${delay} s (maxDelay) so that answers can be shared.`,
    };
  }
  return { code: 'queued-behind', why: 'A poll is being answered; it follows those before it.' };
}
