/** From what a publisher hands over to entries of the buffer, and from outcomes to the publisher's answer. */

import type { AppendEntry, AppendOutcome, MaybePromise } from '../buffer/message-buffer.ts';
import { CommunicationError, type Problem, type ProblemCode, problem } from '../protocol/problem.ts';
import { isProblem } from '../protocol/requests.ts';
import type { AcceptedNotification, Address, Notification, PublishAnswer, RefusedNotification } from '../protocol/types.ts';
import { type ApplicationEntry, isHeard, type ServerContext, tell } from './context.ts';
import { type Planned, plan } from './planning.ts';
import { wakeFollowers } from './waking.ts';

/** Seconds after which a publisher may try a full queue again. */
const fullRetrySeconds = 5;

/** Checks, stores and announces notifications of one application, each by itself. */
export function publish(
  context: ServerContext,
  name: string,
  notifications: unknown,
  payloads: readonly (string | undefined)[],
): MaybePromise<PublishAnswer> {
  const application = findApplication(context, name);
  let planned: Planned[] = [];
  const refused: RefusedNotification[] = [];
  const isSingle = !Array.isArray(notifications);
  const list: readonly unknown[] = isSingle ? [notifications] : notifications;
  if (list.length === 0) {
    const detail = 'body must be a notification or an array of at least one.';
    throw new CommunicationError(problem('invalid-field', { field: 'body', detail }));
  }
  for (let index = 0; index < list.length; index++) {
    const offered = { value: list[index], payload: payloads[index], field: isSingle ? '' : String(index), index };
    const found = plan(context, application, offered);
    if (isProblem(found)) refuse(context, application, refused, { index, problem: found });
    else if (list.length === 1) planned = found;
    else for (const each of found) planned.push(each);
  }
  if (planned.length === 0) return conclude(context, application, planned, [], refused);
  let outcomes: MaybePromise<readonly AppendOutcome[]>;
  try {
    outcomes = context.buffer.append(entriesOf(planned));
  } catch (cause) {
    throw appendFailed(context, cause);
  }
  if (!('then' in outcomes)) return conclude(context, application, planned, outcomes, refused);
  return concludeLater(context, application, planned, outcomes, refused);
}

/** Apart from `publish`: what its closures hold would otherwise be put together for every publish. */
function concludeLater(
  context: ServerContext,
  application: ApplicationEntry,
  planned: readonly Planned[],
  outcomes: PromiseLike<readonly AppendOutcome[]>,
  refused: RefusedNotification[],
): PromiseLike<PublishAnswer> {
  return outcomes.then(
    (found) => conclude(context, application, planned, found, refused),
    (cause: unknown) => {
      throw appendFailed(context, cause);
    },
  );
}

function entriesOf(planned: readonly Planned[]): readonly AppendEntry[] {
  const [only] = planned;
  return only !== undefined && planned.length === 1 ? [only.entry] : planned.map(({ entry }) => entry);
}

/** The application, on a server that takes publishes. */
function findApplication({ applications, drainSeconds }: ServerContext, name: string): ApplicationEntry {
  const application = applications.get(name);
  if (application === undefined)
    throw new CommunicationError(problem('unknown-application', { detail: `No application is called ${JSON.stringify(name)}.` }));
  if (drainSeconds !== undefined)
    throw new CommunicationError(problem('draining', { retryAfter: Math.max(1, Math.ceil(drainSeconds)) }));
  return application;
}

function appendFailed(context: ServerContext, cause: unknown): CommunicationError {
  if (isHeard(context, 'buffer-failed'))
    tell(context, { kind: 'buffer-failed', atMs: context.now(), stage: 'append', reason: 'The buffer did not store.' });
  return new CommunicationError(problem('buffer-unavailable', { retryAfter: 1 }), { cause });
}

/** Wakes, counts and tells; puts the publisher's answer together. */
function conclude(
  context: ServerContext,
  application: ApplicationEntry,
  planned: readonly Planned[],
  outcomes: readonly AppendOutcome[],
  refused: RefusedNotification[],
): PublishAnswer {
  const accepted: AcceptedNotification[] = [];
  for (let place = 0; place < planned.length; place++) {
    const { index, entry, notification } = planned[place] as Planned;
    const outcome = outcomes[place];
    switch (outcome?.kind) {
      case 'stored':
        accepted.push(acceptedOf(entry, outcome.id, announce(context, application, entry, notification, outcome.id)));
        break;
      case 'duplicate': {
        // Whoever stored it first may have failed before waking anybody.
        const waiting = wakeFollowers(context, entry.address, application.name, entry.urgency);
        accepted.push({ ...acceptedOf(entry, outcome.id, waiting), duplicate: true });
        break;
      }
      default: {
        const recipient = entry.address.kind === 'recipient' ? { recipient: entry.address.name } : undefined;
        refuse(context, application, refused, { index, ...recipient, problem: refusalOf(outcome, context) }, entry.address);
      }
    }
  }
  const answer: PublishAnswer = { grade: context.buffer.supports.grade, accepted };
  return refused.length === 0 ? answer : { ...answer, refused: refused.sort((a, b) => a.index - b.index) };
}

function acceptedOf({ address, ttlSeconds: ttl }: AppendEntry, id: string, waiting: number): AcceptedNotification {
  return address.kind === 'recipient' ? { id, recipient: address.name, ttl, waiting } : { id, ttl, waiting };
}

/** Counts and tells a publisher that may not. */
export function turnAway(context: ServerContext, name: string, code: ProblemCode): void {
  const application = context.applications.get(name);
  if (application !== undefined) noteRefused(context, application, code);
}

/** Counts and tells what was not stored. */
function refuse(
  context: ServerContext,
  application: ApplicationEntry,
  refused: RefusedNotification[],
  what: RefusedNotification,
  address?: Address,
): void {
  refused.push(what);
  noteRefused(context, application, what.problem.code, address);
}

function noteRefused(context: ServerContext, application: ApplicationEntry, code: ProblemCode, address?: Address): void {
  application.refused++;
  context.totals.refused++;
  const where = address === undefined ? undefined : { address };
  if (isHeard(context, 'refused'))
    tell(context, { kind: 'refused', atMs: context.now(), application: application.name, ...where, code });
}

function announce(
  context: ServerContext,
  application: ApplicationEntry,
  entry: AppendEntry,
  notification: Notification,
  id: string,
): number {
  application.accepted++;
  context.totals.accepted++;
  const { address, urgency, ttlSeconds } = entry;
  const waiting = wakeFollowers(context, address, application.name, urgency);
  if (isHeard(context, 'accepted')) {
    const { kind, type, topic } = notification;
    tell(context, {
      kind: 'accepted',
      atMs: context.now(),
      id,
      address,
      application: application.name,
      message: kind,
      type,
      bytes: entry.size,
      urgency,
      ...(topic === undefined ? undefined : { topic }),
      ttlSeconds,
      waiting,
    });
  }
  return waiting;
}

function refusalOf(outcome: AppendOutcome | undefined, context: ServerContext): Problem {
  const { limits } = context;
  if (outcome?.kind === 'conflict') return problem('key-conflict', { field: 'key' });
  if (outcome?.kind !== 'full') return problem('buffer-unavailable', { retryAfter: 1 });
  switch (outcome.bound) {
    case 'queue':
      return problem('queue-full', {
        detail: `A queue holds ${limits.queueMessages} messages or ${limits.queueBytes} bytes.`,
        retryAfter: fullRetrySeconds,
      });
    case 'address':
      return problem('address-full', { detail: `An address holds ${limits.addressBytes} bytes.`, retryAfter: fullRetrySeconds });
    case 'buffer':
      return problem('buffer-full', { detail: 'Messages have to be fetched or to expire first.', retryAfter: fullRetrySeconds });
  }
}
