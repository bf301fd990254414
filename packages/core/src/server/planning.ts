/** From a notification, not yet trusted, to entries of the buffer: one for each address. */
import { everyone } from '../buffer/address.ts';
import type { AppendEntry } from '../buffer/message-buffer.ts';
import { findMismatch } from '../contract/check.ts';
import { isFetchAllowed } from '../protocol/fetch-target.ts';
import { type Problem, problem, Refusal } from '../protocol/problem.ts';
import { isProblem, memberOf, parseNotification } from '../protocol/requests.ts';
import { digest, flatten, quote, utf8Length } from '../protocol/text.ts';
import type { Address, Notification } from '../protocol/types.ts';
import type { ApplicationEntry, ServerContext } from './context.ts';
import { messageOverhead } from './message-size.ts';

/** One thing that a publisher handed over. */
export interface Offered {
  readonly value: unknown;
  /** The raw JSON of its data, where it came as text. */
  readonly payload: string | undefined;
  /** Where it stands in the request; empty for the whole body. */
  readonly field: string;
  readonly index: number;
}

export interface Planned {
  readonly index: number;
  readonly notification: Notification;
  readonly entry: AppendEntry;
}

/** The entries of one notification, or what is wrong with it. */
export function plan(context: ServerContext, application: ApplicationEntry, offered: Offered): Planned[] | Problem {
  const { value, payload, field } = offered;
  if (value instanceof Refusal) return value.problem;
  const { limits } = context;
  const notification = parseNotification(value, field, limits.publishRecipients);
  if (isProblem(notification)) return notification;
  const refused = checkContract(application, notification, field);
  if (refused !== undefined) return refused;
  const content = contentOf(notification, payload);
  if (content === undefined) {
    const data = memberOf(field, 'data');
    return problem('invalid-field', { field: data, detail: `${data} must be a JSON value.` });
  }
  const members = flatten(`${content},"acceptedMs":${Math.floor(context.now())}`);
  const size = utf8Length(members);
  if (size > limits.messageBytes) {
    const detail = `A message may take ${limits.messageBytes} bytes.`;
    return problem('message-too-large', { field: memberOf(field, notification.kind === 'direct' ? 'data' : 'fetch'), detail });
  }
  const { ttl, kind, key } = notification;
  const message: PlannedMessage = {
    members,
    size: size + messageOverhead,
    ttlSeconds: Math.min(ttl ?? limits.ttlSeconds, limits.ttlMaxSeconds),
    fingerprint: key === undefined ? '' : digest(`${ttl ?? ''} ${kind} ${content}`),
  };
  const addresses = addressesOf(notification);
  const [only] = addresses;
  if (only !== undefined && addresses.length === 1) return [plannedFor(application, offered, notification, message, only)];
  return addresses.map((address) => plannedFor(application, offered, notification, message, address));
}

type PlannedMessage = Pick<AppendEntry, 'members' | 'size' | 'ttlSeconds' | 'fingerprint'>;

/** One address's entry; written out, because a spread costs more than all the rest. */
function plannedFor(
  { name, options }: ApplicationEntry,
  { index }: Offered,
  notification: Notification,
  { members, size, ttlSeconds, fingerprint }: PlannedMessage,
  address: Address,
): Planned {
  const { urgency = 'normal', topic, key } = notification;
  const overflow = options.overflow ?? (address.kind === 'recipient' ? 'reject' : 'drop-oldest');
  const entry: AppendEntry = {
    address,
    application: name,
    members,
    size,
    ttlSeconds,
    urgency,
    topic,
    key,
    fingerprint,
    overflow,
  };
  return { index, notification, entry };
}

/** What the application itself has registered: where its fetches may go, what its payloads are. */
function checkContract(
  { fetchTargets, options }: ApplicationEntry,
  notification: Notification,
  field: string,
): Problem | undefined {
  const { kind, type, data, fetch } = notification;
  if (fetch !== undefined && !isFetchAllowed(fetch.href, fetchTargets)) {
    return problem('fetch-target-not-allowed', {
      field: memberOf(field, 'fetch.href'),
      detail: 'Register its origin or path with the application.',
    });
  }
  const undeclared = options.contract && findMismatch(options.contract, notification);
  if (undeclared !== undefined) {
    return problem('contract-mismatch', { field: memberOf(field, undeclared.field), detail: undeclared.detail });
  }
  const mismatch = kind === 'direct' ? options.validate?.(type, data) : undefined;
  if (mismatch === undefined) return undefined;
  return problem('contract-mismatch', {
    field: memberOf(field, mismatch.path === '' ? 'data' : `data.${mismatch.path}`),
    detail: mismatch.detail,
  });
}

/** The message's members as JSON, without those that only the server knows. */
function contentOf({ kind, type, data, fetch, urgency, topic }: Notification, payload: string | undefined): string | undefined {
  let json = `"kind":"${kind}","type":${quote(type)}`;
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
  const [only] = to.recipients;
  if (only !== undefined && to.recipients.length === 1) return [{ kind: 'recipient', name: only }];
  return [...new Set(to.recipients)].map((name): Address => ({ kind: 'recipient', name }));
}
