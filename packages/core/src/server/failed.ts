/** Parking what a client reports as failed for good, so that the next messages flow. */
import type { MaybePromise } from '../buffer/message-buffer.ts';
import type { PollRequest } from '../protocol/types.ts';
import { isHeard, type ServerContext, tell } from './context.ts';
import type { Session } from './session.ts';

/** Parks each reported message of the session's own recipient; a promise where the buffer needs time. */
export function reportFailed(
  context: ServerContext,
  session: Session,
  failed: NonNullable<PollRequest['failed']>,
): Promise<unknown> | undefined {
  const pending: PromiseLike<unknown>[] = [];
  for (const { id, reason } of failed) {
    const done = reportOne(context, session, id, reason);
    if (typeof done === 'object') pending.push(done);
  }
  return pending.length === 0 ? undefined : Promise.all(pending);
}

function reportOne(context: ServerContext, session: Session, id: string, reason: string): MaybePromise<boolean> {
  const found = context.buffer.find(id);
  if (found !== undefined && 'then' in found) return found.then((state) => parkOwn(context, session, id, reason, state));
  return parkOwn(context, session, id, reason, found);
}

type Found = Awaited<ReturnType<ServerContext['buffer']['find']>>;

/** Only a recipient's own queue: one client's report must not take a broadcast away from everybody else. */
function parkOwn(context: ServerContext, session: Session, id: string, reason: string, found: Found): MaybePromise<boolean> {
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
  return isOwn && found.state === 'pending' ? context.buffer.take(id, { kind: 'park', reason }) : false;
}
