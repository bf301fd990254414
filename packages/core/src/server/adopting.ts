/**
 * Sessions that hop from server to server. Where servers share a buffer, a session that another one opened is known by the
 * places that the buffer keeps for it in its recipient's queues. That is its proof as well: an id that was made up, one
 * that has expired and one of another recipient have none there.
 */
import { isProblem } from '../protocol/requests.ts';
import type { Address } from '../protocol/types.ts';
import type { ClientIdentity, HeldPoll } from './communication-server.ts';
import type { ServerContext } from './context.ts';
import { followApplication, isSessionId, joinGroups, openSession, tellOpened } from './sessions.ts';

/** Looks for a session that is not known here; undefined where there is nothing to look for. */
export function adopt(context: ServerContext, identity: ClientIdentity, id: string | undefined): Promise<void> | undefined {
  if (!context.buffer.supports.shared || id === undefined || context.sessions.has(id)) return undefined;
  return isSessionId(id) && context.drainSeconds === undefined ? find(context, identity, id) : undefined;
}

async function find(context: ServerContext, identity: ClientIdentity, id: string): Promise<void> {
  const address: Address = { kind: 'recipient', name: identity.recipient };
  const queues = await context.buffer.inspect.queues(address);
  const kept = queues.filter(({ sessions }) => sessions.some(({ session }) => session === id));
  // Two requests may have looked at once.
  if (kept.length === 0 || context.sessions.has(id)) return;
  const nowMs = context.now();
  const session = openSession(context, identity, nowMs, id);
  // The poll meets the same bound, and is told.
  if (isProblem(session)) return;
  session.isAdopted = true;
  joinGroups(context, session, identity.groups);
  const names = kept
    .map(({ application }) => application)
    .filter((name) => context.applications.has(name) && identity.applications?.includes(name) !== false);
  for (const name of names) followApplication(context, session, name, nowMs);
  tellOpened(context, session, names, nowMs);
}

/** Begins what waits for a session to be found, unless it was given up meanwhile. Where that fails, it fails as well. */
export function whenFound(found: Promise<void>, begin: () => HeldPoll | undefined): HeldPoll {
  let isCancelled = false;
  let held: HeldPoll | undefined;
  const go = (): void => {
    if (!isCancelled) held = begin();
  };
  void found.then(go, go);
  return {
    cancel() {
      isCancelled = true;
      held?.cancel();
    },
  };
}
