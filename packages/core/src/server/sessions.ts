/** The registry of sessions: opening, finding, following queues, forgetting the silent. */
import { everyone } from '../buffer/address.ts';
import { cursorTag } from '../protocol/cursor.ts';
import { lifetimeSeconds } from '../protocol/limits.ts';
import { type Problem, problem } from '../protocol/problem.ts';
import type { Address } from '../protocol/types.ts';
import type { ClientIdentity } from './communication-server.ts';
import { isHeard, type ServerContext, tell } from './context.ts';
import type { SessionClosedEvent } from './events.ts';
import type { Following, RecipientEntry, Session, SessionApplication } from './session.ts';

/** Bytes of randomness of a session id. */
const sessionBytes = 16;
/** What an id looks like, whoever minted it. */
const minted = /^s_[A-Za-z0-9_-]{22}$/;
const noGroups: readonly string[] = [];

/** Milliseconds after which a silent session is forgotten. */
export function lifetimeMs(context: ServerContext, session: Session): number {
  return Math.max(lifetimeSeconds(context.limits), 3 * session.interval) * 1000;
}

/** The caller's own session by its id; another recipient's is as unknown as one that never was. */
export function findSession(context: ServerContext, identity: ClientIdentity, id: string | undefined): Session | undefined {
  const session = id === undefined ? undefined : context.sessions.get(id);
  return session?.entry.recipient === identity.recipient ? session : undefined;
}

/** Whether a session could be called that. */
export function isSessionId(text: string): boolean {
  return minted.test(text);
}

/** How a session is opened, where not as a new one of its recipient's only server. */
interface Opening {
  /** An id that is known to be right. */
  readonly id?: string;
  /** How many sessions the recipient has at other servers. */
  readonly elsewhere?: number;
}

const asNew: Opening = {};

/** Registers a new session, under an id of its own or one that is known to be right, or says which bound it meets. */
export function openSession(
  context: ServerContext,
  identity: ClientIdentity,
  nowMs: number,
  { id, elsewhere = 0 }: Opening = asNew,
): Session | Problem {
  const { limits, sessions, recipients, random } = context;
  const { recipient } = identity;
  const known = recipients.get(recipient);
  const isFull = (): boolean => (recipients.get(recipient)?.sessions.length ?? 0) + elsewhere >= limits.sessionsPerRecipient;
  if (isFull()) {
    for (const session of [...(known?.sessions ?? [])]) forgetIfSilent(context, session, nowMs);
    if (isFull()) {
      const detail = `At most ${limits.sessionsPerRecipient} sessions of one recipient are allowed.`;
      return problem('too-many-sessions', { detail, retryAfter: limits.sessionSeconds });
    }
  }
  if (sessions.size >= limits.sessions) return problem('server-full', { retryAfter: limits.sessionSeconds });
  const entry: RecipientEntry = recipients.get(recipient) ?? {
    recipient,
    address: { kind: 'recipient', name: recipient },
    sessions: [],
    held: 0,
  };
  if (entry.sessions.length === 0) recipients.set(recipient, entry);
  const session: Session = {
    id: id ?? `s_${random.token(sessionBytes)}`,
    entry,
    groups: noGroups,
    applications: new Map(),
    openedMs: nowMs,
    lastContactMs: nowMs,
    seq: -1,
    polls: 0,
    delivered: 0,
    interval: 0,
    transport: 'short-poll',
    held: undefined,
    isAdopted: false,
    isClosed: false,
  };
  // An array begun by a literal takes the room of one; the first `push` takes that of seventeen.
  if (entry.sessions.length === 0) entry.sessions = [session];
  else entry.sessions.push(session);
  sessions.set(session.id, session);
  return session;
}

/** Brings the session's groups up to what the host says now. */
export function joinGroups(context: ServerContext, session: Session, groups: readonly string[] = noGroups): void {
  if (sameNames(session.groups, groups)) return;
  for (const group of session.groups) if (!groups.includes(group)) leaveGroup(context, session, group);
  for (const group of groups) {
    const members = context.groups.get(group);
    if (members === undefined) context.groups.set(group, new Set([session]));
    else members.add(session);
  }
  // A copy: the host may change its list, and give it again.
  session.groups = groups.length === 0 ? noGroups : [...groups];
  for (const application of session.applications.values()) {
    const old = new Map(application.followings.map((following) => [following.tag, following]));
    application.followings = followingsOf(context, session, application.name).map((following) => {
      const known = old.get(following.tag) ?? following;
      old.delete(following.tag);
      return known;
    });
    application.cursor = undefined;
    tellSent(context, '', [...old.values()].filter(isUntold));
  }
}

/** The session's state of an application, made when it first asks for it. */
export function followApplication(context: ServerContext, session: Session, name: string, nowMs: number): SessionApplication {
  const known = session.applications.get(name);
  if (known !== undefined) return known;
  const followings = followingsOf(context, session, name);
  const application: SessionApplication = {
    name,
    followings,
    cursor: undefined,
    maxDelay: undefined,
    delivered: 0,
    lastAskedMs: nowMs,
  };
  session.applications.set(name, application);
  context.applications.get(name)?.sessions.add(session);
  return application;
}

function followingsOf(context: ServerContext, session: Session, application: string): Following[] {
  const retain = context.applications.get(application)?.options.retain === 'ttl' ? (true as const) : undefined;
  const addresses: Address[] = [session.entry.address];
  // Twice the same queue would be every message twice, under a cursor that nobody can read.
  for (const name of new Set(session.groups)) addresses.push({ kind: 'group', name });
  addresses.push(everyone);
  return addresses.map((address) => ({
    address,
    application,
    tag: cursorTag(address),
    handled: undefined,
    read: undefined,
    limit: undefined,
    newest: 0,
    hint: undefined,
    ...(retain ? { retain } : undefined),
    epoch: '',
    sent: 0,
    covered: 0,
    part: '',
    acknowledged: 0,
    outstanding: 0,
  }));
}

/** Forgets applications that the session has left out for its whole lifetime. */
export function leaveUnasked(context: ServerContext, session: Session, nowMs: number): void {
  for (const application of session.applications.values()) {
    if (nowMs - application.lastAskedMs <= lifetimeMs(context, session)) continue;
    session.applications.delete(application.name);
    // Its places end by themselves, but nobody else knows how far it was sent.
    tellSent(context, '', application.followings.filter(isUntold));
    context.applications.get(application.name)?.sessions.delete(session);
  }
}

/** Takes a session out of every index. Its held poll must have been answered. */
export function closeSession(context: ServerContext, session: Session, reason: SessionClosedEvent['reason']): void {
  if (session.isClosed) return;
  session.isClosed = true;
  const { entry } = session;
  context.sessions.delete(session.id);
  entry.sessions.splice(entry.sessions.indexOf(session), 1);
  if (entry.sessions.length === 0) context.recipients.delete(entry.recipient);
  for (const group of session.groups) leaveGroup(context, session, group);
  for (const name of session.applications.keys()) context.applications.get(name)?.sessions.delete(session);
  forgetPlaces(context, session, reason);
  if (isHeard(context, 'session-closed'))
    tell(context, { kind: 'session-closed', atMs: context.now(), session: session.id, recipient: entry.recipient, reason });
}

/** Tells that a session was opened here. */
export function tellOpened(context: ServerContext, session: Session, applications: readonly string[], nowMs: number): void {
  if (!isHeard(context, 'session-opened')) return;
  tell(context, { kind: 'session-opened', atMs: nowMs, session: session.id, recipient: session.entry.recipient, applications });
}

/**
 * Tells the buffer that a session holds nothing back any more, and how far it was sent. One that polls another server from
 * now on, or may where they share a buffer, keeps its places, which end by themselves: only how far it was sent is told.
 */
function forgetPlaces(context: ServerContext, session: Session, reason: SessionClosedEvent['reason']): void {
  const isEnding = reason === 'shutdown';
  const followings = [...session.applications.values()].flatMap((application) => application.followings);
  const isElsewhere = isEnding || (reason === 'silent' && context.buffer.supports.shared);
  // All sessions end at once then: of most the buffer knows already.
  tellSent(context, isElsewhere ? '' : session.id, isEnding ? followings.filter(isUntold) : followings);
}

/** Whether the buffer does not know how far a session was sent, by what it read after. */
function isUntold({ epoch, sent, read }: Following): boolean {
  return epoch !== '' && (read?.epoch !== epoch || read.position < sent);
}

/** Tells the buffer how far queues were sent; a session that is named holds nothing back in them any more. */
function tellSent(context: ServerContext, session: string, followings: readonly Following[]): void {
  if (followings.length === 0) return;
  const places = followings.map(({ address, application, epoch, sent }) => ({
    address,
    application,
    limit: { epoch, position: sent },
  }));
  // Places that could not be forgotten are silent from now on, and end by themselves.
  const failed = (): void =>
    tell(context, {
      kind: 'buffer-failed',
      atMs: context.now(),
      stage: 'exchange',
      reason: 'The buffer did not forget a session.',
    });
  try {
    context.buffer.forget(session, places)?.then(undefined, failed);
  } catch {
    // It was closed before the server.
    failed();
  }
}

/** Closes a session that has been silent for longer than it lives. */
export function forgetIfSilent(context: ServerContext, session: Session, nowMs: number): void {
  if (session.held === undefined && nowMs - session.lastContactMs > lifetimeMs(context, session))
    closeSession(context, session, 'silent');
}

function leaveGroup(context: ServerContext, session: Session, group: string): void {
  const members = context.groups.get(group);
  members?.delete(session);
  if (members?.size === 0) context.groups.delete(group);
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  if (a === b) return true;
  return a.length === b.length && a.every((name, index) => name === b[index]);
}
