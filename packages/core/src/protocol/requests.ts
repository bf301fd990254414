/** The one place where untrusted JSON becomes protocol types. Unknown fields are ignored. */
import { nameBytes, wireVersion } from './limits.ts';
import { type Problem, problem } from './problem.ts';
import { isName, utf8Length } from './text.ts';
import {
  type FailedMessage,
  type FetchInstruction,
  type Notification,
  type PollApplication,
  type PollRequest,
  type Urgency,
  urgencies,
} from './types.ts';

/** Ids and reasons that one poll may report as failed. */
const failedEntries = 100;
const reasonLength = 500;
const spreadMaxSeconds = 60;
const hrefLength = 2048;

/** Longest name of a session that a poll may bring, in bytes. */
export const sessionBytes = 256;

function invalid(field: string, rule: string): Problem {
  return problem('invalid-field', { field, detail: `${field} must be ${rule}.` });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max;
}

function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1e9;
}

/** Whether a parse ended in a problem. */
export function isProblem(found: object): found is Problem {
  return 'status' in found && 'title' in found;
}

/** The problem of a request that is of a version which is not spoken here. */
export function checkVersion(version: unknown, field: string): Problem | undefined {
  if (version === undefined || version === wireVersion) return undefined;
  return problem('unsupported-version', { field, detail: `Versions spoken: ${wireVersion}.` });
}

/** Reads a poll's body; its applications are checked one by one later, each failing by itself. */
export function parsePollRequest(value: unknown): PollRequest | Problem {
  if (!isObject(value)) return invalid('body', 'a JSON object');
  const unspoken = checkVersion(value['v'], 'v');
  if (unspoken !== undefined) return unspoken;
  const { session, seq, wait, applications, failed } = value as Partial<Record<keyof PollRequest, unknown>>;
  if (session !== undefined && session !== null && !(typeof session === 'string' && utf8Length(session) <= sessionBytes))
    return invalid('session', `a string of at most ${sessionBytes} bytes`);
  if (seq !== undefined && !isCount(seq, Number.MAX_SAFE_INTEGER)) return invalid('seq', 'a whole number, 0 or more');
  if (wait !== undefined && !isSeconds(wait)) return invalid('wait', 'a number of seconds, 0 or more');
  if (!isObject(applications)) return invalid('applications', 'an object with one member for each application');
  const reported = failed === undefined ? undefined : parseFailed(failed);
  if (reported !== undefined && !Array.isArray(reported)) return reported as Problem;
  const request: { -readonly [Name in keyof PollRequest]: PollRequest[Name] } = {
    applications: applications as PollRequest['applications'],
  };
  if (typeof session === 'string') request.session = session;
  if (seq !== undefined) request.seq = seq;
  if (wait !== undefined) request.wait = wait;
  if (reported !== undefined) request.failed = reported;
  return request;
}

function parseFailed(value: unknown): readonly FailedMessage[] | Problem {
  if (!Array.isArray(value) || value.length > failedEntries)
    return invalid('failed', `an array of at most ${failedEntries} entries`);
  const entries: FailedMessage[] = [];
  for (const [index, entry] of value.entries()) {
    if (!isObject(entry) || typeof entry['id'] !== 'string') return invalid(`failed.${index}.id`, 'a message id');
    const { reason, park } = entry as Partial<Record<keyof FailedMessage, unknown>>;
    if (reason !== undefined && typeof reason !== 'string') return invalid(`failed.${index}.reason`, 'a string');
    if (park !== undefined && typeof park !== 'boolean') return invalid(`failed.${index}.park`, 'true or false');
    entries.push({ id: entry['id'], reason: (reason ?? '').slice(0, reasonLength), park: park ?? true });
  }
  return entries;
}

/** Reads what a poll says of one application. */
export function parsePollApplication(value: unknown, name: string): PollApplication | Problem {
  if (!isObject(value)) return invalid(`applications.${name}`, 'an object');
  const { cursor, read, maxDelay, last } = value as Partial<Record<keyof PollApplication, unknown>>;
  if (cursor !== undefined && cursor !== null && typeof cursor !== 'string') return wrongCursor(`applications.${name}.cursor`);
  if (read !== undefined && read !== null && typeof read !== 'string') return wrongCursor(`applications.${name}.read`);
  if (maxDelay !== undefined && !isSeconds(maxDelay))
    return invalid(`applications.${name}.maxDelay`, 'a number of seconds, 0 or more');
  if (last !== undefined && !isCount(last, 1000)) return invalid(`applications.${name}.last`, 'a whole number from 0 to 1000');
  return value as unknown as PollApplication;
}

/** The problem of a cursor that no server gave out. */
export function wrongCursor(field: string): Problem {
  return problem('invalid-cursor', { field, detail: `${field} must be null or a cursor from an earlier answer.` });
}

/** The name of a notification's member in its request; `field` is where the notification stands, empty for the body. */
export function memberOf(field: string, name: string): string {
  return field === '' ? name : `${field}.${name}`;
}

/** Reads one notification; `field` is where it stands in the request. */
export function parseNotification(value: unknown, field: string, maxRecipients: number): Notification | Problem {
  if (!isObject(value)) return invalid(field === '' ? 'body' : field, 'an object');
  const unspoken = checkVersion(value['v'], memberOf(field, 'v'));
  if (unspoken !== undefined) return unspoken;
  const fields = value as NotificationFields;
  const audience = parseAudience(fields.to, memberOf(field, 'to'), maxRecipients);
  if (isProblem(audience)) return audience;
  return checkContent(fields, field) ?? checkTerms(fields, field) ?? (value as unknown as Notification);
}

type NotificationFields = Partial<Record<keyof Notification, unknown>>;

const nameRule = `a text of 1 to ${nameBytes} bytes without control characters`;

/** What is said: kind, type, and the payload or instruction that belongs to the kind. */
function checkContent({ kind, type, data, fetch }: NotificationFields, of: string): Problem | undefined {
  if (kind !== 'direct' && kind !== 'fetch') return invalid(memberOf(of, 'kind'), "'direct' or 'fetch'");
  if (!isName(type, nameBytes)) return invalid(memberOf(of, 'type'), nameRule);
  if (kind === 'direct') {
    if (data === undefined) return invalid(memberOf(of, 'data'), 'given for a direct notification: any JSON value');
    return fetch === undefined
      ? undefined
      : invalid(memberOf(of, 'fetch'), "left out of a direct notification; or kind must be 'fetch'");
  }
  if (data !== undefined) return invalid(memberOf(of, 'data'), "left out of a fetch notification; or kind must be 'direct'");
  return checkInstruction(fetch, memberOf(of, 'fetch'));
}

/** How it is to be delivered. */
function checkTerms({ ttl, urgency, topic, key }: NotificationFields, of: string): Problem | undefined {
  if (ttl !== undefined && !(isCount(ttl, Number.MAX_SAFE_INTEGER) && ttl > 0))
    return invalid(memberOf(of, 'ttl'), 'a whole number of seconds, 1 or more');
  if (urgency !== undefined && !urgencies.includes(urgency as Urgency))
    return invalid(memberOf(of, 'urgency'), `one of ${urgencies.join(', ')}`);
  if (topic !== undefined && !isName(topic, nameBytes)) return invalid(memberOf(of, 'topic'), nameRule);
  return key === undefined || isName(key, nameBytes) ? undefined : invalid(memberOf(of, 'key'), nameRule);
}

function parseAudience(to: unknown, field: string, maxRecipients: number): Notification['to'] | Problem {
  if (!isObject(to)) return invalid(field, 'an object with recipients, group or everyone');
  const named =
    (to['recipients'] === undefined ? 0 : 1) + (to['group'] === undefined ? 0 : 1) + (to['everyone'] === undefined ? 0 : 1);
  if (named !== 1) return invalid(field, 'exactly one of recipients, group and everyone');
  if (to['everyone'] !== undefined) return to['everyone'] === true ? { everyone: true } : invalid(`${field}.everyone`, 'true');
  if (to['group'] !== undefined)
    return isName(to['group'], nameBytes) ? { group: to['group'] } : invalid(`${field}.group`, nameRule);
  const recipients = to['recipients'];
  if (!Array.isArray(recipients) || recipients.length === 0)
    return invalid(`${field}.recipients`, 'an array of at least one recipient');
  if (recipients.length > maxRecipients) {
    return problem('payload-too-large', {
      field: `${field}.recipients`,
      detail: `At most ${maxRecipients} recipients are allowed.`,
    });
  }
  for (const [index, name] of recipients.entries())
    if (!isName(name, nameBytes)) return invalid(`${field}.recipients.${index}`, nameRule);
  return { recipients };
}

function checkInstruction(value: unknown, field: string): Problem | undefined {
  if (!isObject(value)) return invalid(field, 'an object with href');
  const { href, version, spread } = value as Partial<Record<keyof FetchInstruction, unknown>>;
  if (!isName(href, hrefLength)) return invalid(`${field}.href`, `a URL or absolute path of at most ${hrefLength} bytes`);
  if (version !== undefined && !isName(version, nameBytes))
    return invalid(`${field}.version`, `a text of 1 to ${nameBytes} bytes`);
  if (spread !== undefined && !(typeof spread === 'number' && spread >= 0 && spread <= spreadMaxSeconds)) {
    return invalid(`${field}.spread`, `a number of seconds from 0 to ${spreadMaxSeconds}`);
  }
  return undefined;
}
