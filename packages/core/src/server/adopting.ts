/**
 * Sessions that hop from server to server. Where servers share a buffer, a session that another one opened is known by the
 * places that the buffer keeps for it in its recipient's queues. That is its proof as well: an id that was made up, one
 * that has expired and one of another recipient have none there.
 */
import { isProblem } from '../protocol/requests.ts';
import type { Address } from '../protocol/types.ts';
import type { ClientIdentity, HeldPoll } from './communication-server.ts';
import type { ServerContext } from './context.ts';
import { closeSession, followApplication, isSessionId, joinGroups, openSession, tellOpened } from './sessions.ts';

/** Looks for a session that is not known here; undefined where there is nothing to look for. */
export function adopt(context: ServerContext, identity: ClientIdentity, id: string | undefined): Promise<unknown> | undefined {
  if (!context.buffer.supports.shared || id === undefined || context.sessions.has(id)) return undefined;
  return isSessionId(id) && context.drainSeconds === undefined ? look(context, identity, id) : undefined;
}

/**
 * The same for what opens a session where none is found: tells how many the recipient has at other servers, for the bound
 * holds over all of them. Those that open in the same moment do not see one another.
 */
export function admit(context: ServerContext, identity: ClientIdentity, id: string | undefined): Promise<number> | undefined {
  if (!context.buffer.supports.shared || context.drainSeconds !== undefined) return undefined;
  return id !== undefined && context.sessions.has(id) ? undefined : look(context, identity, id);
}

/** Looks into a recipient's queues: adopts the session if it is there, and counts those that are not known here. */
async function look(context: ServerContext, identity: ClientIdentity, id: string | undefined): Promise<number> {
  const address: Address = { kind: 'recipient', name: identity.recipient };
  const queues = await context.buffer.inspect.queues(address);
  const kept = new Set(queues.flatMap(({ sessions }) => sessions.map(({ session }) => session)));
  // Two requests may have looked at once.
  if (id !== undefined && isSessionId(id) && kept.has(id) && !context.sessions.has(id)) {
    const applications = queues.filter(({ sessions }) => sessions.some(({ session }) => session === id));
    register(
      context,
      identity,
      id,
      applications.map(({ application }) => application),
    );
  }
  let elsewhere = 0;
  for (const session of kept) if (!context.sessions.has(session)) elsewhere += 1;
  forgetEnded(context, identity.recipient, kept, elsewhere);
  return elsewhere;
}

/** Where the bound is met, sessions are forgotten here that ended at another server: the buffer has no place of them. */
function forgetEnded(context: ServerContext, recipient: string, kept: ReadonlySet<string>, elsewhere: number): void {
  const here = context.recipients.get(recipient)?.sessions ?? [];
  if (here.length + elsewhere < context.limits.sessionsPerRecipient) return;
  for (const session of [...here]) {
    const isOver = session.held === undefined && session.applications.size > 0 && !kept.has(session.id);
    if (isOver) closeSession(context, session, 'goodbye');
  }
}

function register(context: ServerContext, identity: ClientIdentity, id: string, applications: readonly string[]): void {
  const nowMs = context.now();
  const session = openSession(context, identity, nowMs, { id });
  // The poll meets the same bound, and is told.
  if (isProblem(session)) return;
  session.isAdopted = true;
  joinGroups(context, session, identity.groups);
  const names = applications.filter((name) => context.applications.has(name) && identity.applications?.includes(name) !== false);
  for (const name of names) followApplication(context, session, name, nowMs);
  tellOpened(context, session, names, nowMs);
}

/**
 * Begins what waits for a session to be found, unless it was given up meanwhile: with how many there are elsewhere. Where
 * nobody can say, it goes on as if there were none; the buffer that did not answer will have to answer it.
 */
export function whenFound(found: Promise<number>, begin: (elsewhere: number) => HeldPoll | undefined): HeldPoll {
  let isCancelled = false;
  let held: HeldPoll | undefined;
  const go = (elsewhere: number): void => {
    if (!isCancelled) held = begin(elsewhere);
  };
  void found.then(go, () => go(0));
  return {
    cancel() {
      isCancelled = true;
      held?.cancel();
    },
  };
}
