/** Tells of what a client could not handle, and parks what failed for good, so that the next messages flow. */
import type { MaybePromise } from '../buffer/message-buffer.ts';
import type { FailedMessage } from '../protocol/types.ts';
import { isHeard, type ServerContext, tell } from './context.ts';
import type { Session } from './session.ts';

/** Parks each reported message of the session's own recipient, unless it counts as handled; a promise where the buffer needs time. */
export function reportFailed(
  context: ServerContext,
  session: Session,
  failed: readonly FailedMessage[],
): Promise<unknown> | undefined {
  const pending: PromiseLike<unknown>[] = [];
  for (const message of failed) {
    try {
      const done = reportOne(context, session, message);
      if (typeof done === 'object') pending.push(done);
    } catch (cause) {
      // The poll is registered already: it is answered like one whose buffer refuses later.
      pending.push(Promise.reject(cause));
    }
  }
  return pending.length === 0 ? undefined : Promise.all(pending);
}

function reportOne(context: ServerContext, session: Session, failed: FailedMessage): MaybePromise<boolean> {
  const found = context.buffer.find(failed.id);
  if (found !== undefined && 'then' in found) return found.then((state) => parkOwn(context, session, failed, state));
  return parkOwn(context, session, failed, found);
}

type Found = Awaited<ReturnType<ServerContext['buffer']['find']>>;

/** Only a recipient's own queue: one client's report must not take a broadcast away from everybody else. */
function parkOwn(context: ServerContext, session: Session, failed: FailedMessage, found: Found): MaybePromise<boolean> {
  const { id, reason, park = true } = failed;
  if (found === undefined) return false;
  const { address, application } = found.queue;
  const isOwn = address.kind === 'recipient' && address.name === session.entry.recipient;
  if (!isOwn && !(address.kind === 'everyone' || (address.kind === 'group' && session.groups.includes(address.name))))
    return false;
  if (isHeard(context, 'failed')) {
    tell(context, {
      kind: 'failed',
      atMs: context.now(),
      session: session.id,
      recipient: session.entry.recipient,
      address,
      application,
      id,
      reason,
    });
  }
  return park && isOwn && found.state === 'pending' ? context.buffer.take(id, { kind: 'park', reason }) : false;
}
