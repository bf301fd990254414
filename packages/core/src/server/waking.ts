/** Waking held polls: a publish wakes only who follows its address and asked for its application. */
import type { Address, Urgency } from '../protocol/types.ts';
import type { ServerContext } from './context.ts';
import type { HeldState } from './held-poll.ts';
import { askWoken } from './polling.ts';
import type { Session } from './session.ts';

/** Wakes the polls that wait for an address and application; returns how many it will end. */
export function wakeFollowers(context: ServerContext, address: Address, application: string, urgency: Urgency): number {
  let woken = 0;
  for (const session of followersOf(context, address, application))
    if (wake(context, session, address, application, urgency)) woken++;
  return woken;
}

const nobody: readonly Session[] = [];

/** Sessions that follow an address; for everyone, those that follow the application. */
export function followersOf(context: ServerContext, address: Address, application: string): Iterable<Session> {
  switch (address.kind) {
    case 'recipient':
      return context.recipients.get(address.name)?.sessions ?? nobody;
    case 'group':
      return context.groups.get(address.name) ?? nobody;
    case 'everyone':
      return context.applications.get(application)?.sessions ?? nobody;
  }
}

/** Has a session's poll asked again in this turn; tells whether this message alone ends it. */
function wake(
  context: ServerContext,
  { held, applications }: Session,
  address: Address,
  name: string,
  urgency: Urgency,
): boolean {
  const application = applications.get(name);
  if (held === undefined || application === undefined || !held.applications.includes(application)) return false;
  if (context.buffer.supports.shared) noteWaking(held, address, name);
  if (!held.isWoken) {
    held.isWoken = true;
    if (!held.isBusy) gather(context, held);
  }
  return urgency === 'high' || application.maxDelay === undefined || application.maxDelay === 0;
}

/** Notes which queue it was: those that were quiet, and have not called since, need not be asked over the network. */
function noteWaking(held: HeldState, address: Address, name: string): void {
  const index = held.followings.findIndex((each) => each.application === name && isSame(each.address, address));
  if (index < 0) held.quiet = undefined;
  else if (held.wokenBy === undefined) held.wokenBy = [index];
  else if (!held.wokenBy.includes(index)) held.wokenBy.push(index);
}

function isSame(a: Address, b: Address): boolean {
  return a.kind === b.kind && (a.kind === 'everyone' || a.name === (b as typeof a).name);
}

const nothing: HeldState[] = [];

/** The same turn by default: a burst that is published in one go shares one answer. */
function gather(context: ServerContext, held: HeldState): void {
  if (context.woken.length > 0) {
    context.woken.push(held);
    return;
  }
  // An array begun by a literal takes the room of one; the first `push` takes that of seventeen.
  context.woken = [held];
  const flush = (): void => {
    const { woken } = context;
    context.woken = nothing;
    const nowMs = context.now();
    for (const each of woken) if (!each.isBusy) askWoken(context, each, nowMs);
  };
  const { gatherMs } = context.limits;
  if (gatherMs > 0) context.clock.setTimeout(flush, gatherMs);
  else queueMicrotask(flush);
}
