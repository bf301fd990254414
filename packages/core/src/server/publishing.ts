/** From what a publisher hands over to entries of the buffer, and from outcomes to the publisher's answer. */
import type { AppendEntry, AppendOutcome, MaybePromise } from '../buffer/message-buffer.ts';
import { everyone } from '../buffer/address.ts';
import { isFetchAllowed } from '../protocol/fetch-target.ts';
import { CommunicationError, type Problem, problem } from '../protocol/problem.ts';
import { isProblem, parseNotification } from '../protocol/requests.ts';
import { digest, flatten, utf8Length } from '../protocol/text.ts';
import type { AcceptedNotification, Address, Notification, PublishAnswer, RefusedNotification } from '../protocol/types.ts';
import { type ApplicationEntry, isHeard, type ServerContext, tell } from './context.ts';
import { wakeFollowers } from './waking.ts';

/** Seconds after which a publisher may try a full queue again. */
const fullRetrySeconds = 5;

/** What a message counts for besides its text: the record, its place in the queue. */
const messageOverhead = 96;

interface Planned {
  readonly index: number;
  readonly notification: Notification;
  readonly entry: AppendEntry;
}

/** Checks, stores and announces notifications of one application, each by itself. */
export function publish(
  context: ServerContext,
  name: string,
  notifications: unknown,
  payloads: readonly (string | undefined)[],
): MaybePromise<PublishAnswer> {
  const application = context.applications.get(name);
  if (application === undefined) throw new CommunicationError(problem('unknown-application', { detail: `No application is called ${JSON.stringify(name)}.` }));
  if (context.drainSeconds !== undefined) throw new CommunicationError(problem('draining', { retryAfter: Math.max(1, Math.ceil(context.drainSeconds)) }));
  const planned: Planned[] = [];
  const refused: RefusedNotification[] = [];
  const isSingle = !Array.isArray(notifications);
  const list: readonly unknown[] = isSingle ? [notifications] : notifications;
  if (list.length === 0) throw new CommunicationError(problem('invalid-field', { field: 'body', detail: 'body must be a notification or an array of at least one.' }));
  for (const [index, value] of list.entries()) {
    const wrong = plan(context, application, value, payloads[index], isSingle ? '' : String(index), index, planned);
    if (wrong === undefined) continue;
    refused.push({ index, problem: wrong });
    application.refused++;
    context.totals.refused++;
    if (isHeard(context, 'refused')) tell(context, { kind: 'refused', atMs: context.now(), application: name, code: wrong.code });
  }
  if (planned.length === 0) return conclude(context, application, planned, [], refused);
  let outcomes: MaybePromise<readonly AppendOutcome[]>;
  try {
    outcomes = context.buffer.append(planned.map(({ entry }) => entry));
  } catch (cause) {
    throw appendFailed(context, cause);
  }
  if (!('then' in outcomes)) return conclude(context, application, planned, outcomes, refused);
  return outcomes.then(
    (found) => conclude(context, application, planned, found, refused),
    (cause: unknown) => {
      throw appendFailed(context, cause);
    },
  );
}

function appendFailed(context: ServerContext, cause: unknown): CommunicationError {
  if (isHeard(context, 'buffer-failed')) tell(context, { kind: 'buffer-failed', atMs: context.now(), stage: 'append', reason: 'The buffer did not store.' });
  return new CommunicationError(problem('buffer-unavailable', { retryAfter: 1 }), { cause });
}

/** Adds the entries of one notification to the plan, or says what is wrong with it. */
function plan(
  context: ServerContext,
  application: ApplicationEntry,
  value: unknown,
  payload: string | undefined,
  field: string,
  index: number,
  planned: Planned[],
): Problem | undefined {
  const { limits } = context;
  const found = parseNotification(value, field, limits.publishRecipients);
  if (isProblem(found)) return found;
  const at = (member: string): string => (field === '' ? member : `${field}.${member}`);
  if (found.fetch !== undefined && !isFetchAllowed(found.fetch.href, application.fetchTargets)) {
    return problem('fetch-target-not-allowed', { field: at('fetch.href'), detail: 'Register its origin or path with the application.' });
  }
  if (found.kind === 'direct' && application.options.validate !== undefined) {
    const mismatch = application.options.validate(found.type, found.data);
    if (mismatch !== undefined) return problem('contract-mismatch', { field: at(`data${mismatch.path === '' ? '' : `.${mismatch.path}`}`), detail: mismatch.detail });
  }
  const content = contentOf(found, payload);
  if (content === undefined) return problem('invalid-field', { field: at('data'), detail: `${at('data')} must be a JSON value.` });
  const members = flatten(`${content},"acceptedMs":${Math.floor(context.now())}`);
  const size = utf8Length(members) + messageOverhead;
  if (size - messageOverhead > limits.messageBytes) {
    return problem('message-too-large', { field: at(found.kind === 'direct' ? 'data' : 'fetch'), detail: `A message may take ${limits.messageBytes} bytes.` });
  }
  const ttlSeconds = Math.min(found.ttl ?? limits.ttlSeconds, limits.ttlMaxSeconds);
  for (const address of addressesOf(found)) {
    const entry: AppendEntry = {
      address,
      application: application.name,
      members,
      size,
      ttlSeconds,
      urgency: found.urgency ?? 'normal',
      topic: found.topic,
      key: found.key,
      fingerprint: found.key === undefined ? '' : digest(`${found.ttl ?? ''} ${found.kind} ${content}`),
      overflow: application.options.overflow ?? (address.kind === 'recipient' ? 'reject' : 'drop-oldest'),
    };
    planned.push({ index, notification: found, entry });
  }
  return undefined;
}

/** The message's members as JSON, without those that only the server knows. */
function contentOf({ kind, type, data, fetch, urgency, topic }: Notification, payload: string | undefined): string | undefined {
  let json = `"kind":"${kind}","type":${JSON.stringify(type)}`;
  if (kind === 'direct') {
    const text = payload ?? (JSON.stringify(data) as string | undefined);
    if (text === undefined) return undefined;
    json += `,"data":${text}`;
  } else if (fetch !== undefined) {
    const { href, version, spread } = fetch;
    json += `,"fetch":${JSON.stringify({ href, version, spread })}`;
  }
  if (urgency !== undefined && urgency !== 'normal') json += `,"urgency":"${urgency}"`;
  if (topic !== undefined) json += `,"topic":${JSON.stringify(topic)}`;
  return json;
}

function addressesOf({ to }: Notification): readonly Address[] {
  if ('everyone' in to) return [everyone];
  if ('group' in to) return [{ kind: 'group', name: to.group }];
  return [...new Set(to.recipients)].map((name): Address => ({ kind: 'recipient', name }));
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
  for (const [place, { index, entry, notification }] of planned.entries()) {
    const outcome = outcomes[place];
    const recipient = entry.address.kind === 'recipient' ? { recipient: entry.address.name } : undefined;
    switch (outcome?.kind) {
      case 'stored':
        accepted.push({ id: outcome.id, ...recipient, ttl: entry.ttlSeconds, waiting: announce(context, application, entry, notification, outcome.id) });
        break;
      case 'duplicate': {
        // Whoever stored it first may have failed before waking anybody.
        const waiting = wakeFollowers(context, entry.address, application.name, entry.urgency);
        accepted.push({ id: outcome.id, ...recipient, ttl: entry.ttlSeconds, waiting, duplicate: true });
        break;
      }
      default: {
        const why = refusalOf(outcome, context);
        refused.push({ index, ...recipient, problem: why });
        application.refused++;
        context.totals.refused++;
        if (isHeard(context, 'refused')) tell(context, { kind: 'refused', atMs: context.now(), application: application.name, address: entry.address, code: why.code });
      }
    }
  }
  const answer: PublishAnswer = { grade: context.buffer.supports.grade, accepted };
  return refused.length === 0 ? answer : { ...answer, refused: refused.sort((a, b) => a.index - b.index) };
}

function announce(context: ServerContext, application: ApplicationEntry, entry: AppendEntry, { kind, type, topic }: Notification, id: string): number {
  application.accepted++;
  context.totals.accepted++;
  const { address, urgency, ttlSeconds } = entry;
  const waiting = wakeFollowers(context, address, application.name, urgency);
  if (isHeard(context, 'accepted')) {
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
      return problem('queue-full', { detail: `A queue holds ${limits.queueMessages} messages or ${limits.queueBytes} bytes.`, retryAfter: fullRetrySeconds });
    case 'address':
      return problem('address-full', { detail: `An address holds ${limits.addressBytes} bytes.`, retryAfter: fullRetrySeconds });
    case 'buffer':
      return problem('buffer-full', { detail: 'Messages have to be fetched or to expire first.', retryAfter: fullRetrySeconds });
  }
}
