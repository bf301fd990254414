/** From an event, not yet trusted, to the notification that tells of it, or to its refusal. */
import {
  addressingPrefix,
  type CloudEvent,
  type EventFault,
  findEventFault,
  hasJsonData,
  notificationContent,
} from '../../protocol/cloud-event.ts';
import { nameBytes } from '../../protocol/limits.ts';
import { type Problem, problem, Refusal } from '../../protocol/problem.ts';
import { isProblem, memberOf } from '../../protocol/requests.ts';
import { isName } from '../../protocol/text.ts';
import type { Notification } from '../../protocol/types.ts';
import { type Defaults, readOwnTerms } from './delivery.ts';

/** An event as it came. */
export interface OfferedEvent {
  readonly value: unknown;
  /** The raw JSON of its data, where it came as text. */
  readonly payload: string | undefined;
  /** Where it stands in the request; empty for the whole. */
  readonly field: string;
}

/** What the server is offered instead. */
export interface EventNotification {
  readonly value: Notification | Refusal;
  readonly payload: string | undefined;
}

/** The notification of an event. */
export function notificationOfEvent(offered: OfferedEvent, defaults: Defaults): EventNotification {
  const found = convert(offered, defaults);
  return isProblem(found) ? { value: new Refusal(found), payload: undefined } : found;
}

function convert({ value, payload, field }: OfferedEvent, defaults: Defaults): EventNotification | Problem {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return problem('invalid-field', { field: field === '' ? 'body' : field, detail: 'An event must be a JSON object.' });
  const event = withoutUnset(value as Readonly<Record<string, unknown>>);
  const fault = findFault(event, defaults);
  if (fault !== undefined) {
    const at = memberOf(field, fault.attribute);
    return problem('invalid-field', { field: at, detail: `${at} must be ${fault.rule}.` });
  }
  const own = readOwnTerms(event, (attribute) => memberOf(field, attribute));
  if (isProblem(own)) return own;
  const { deliver, ...said } = { ...defaults, ...own };
  const { to } = said;
  if (to === undefined) return unaddressed(memberOf(field, `${addressingPrefix}recipient`));
  const content = notificationContent(event, deliver);
  const text = deliver === 'data' || payload === undefined ? payload : wholeEvent(content.data as CloudEvent, payload);
  return { value: { ...said, to, ...content }, payload: text };
}

function unaddressed(field: string): Problem {
  const others = `${addressingPrefix}group or ${addressingPrefix}everyone`;
  const detail = `${field}, ${others} must be given; or recipient, group or everyone=true in the query of the URL.`;
  return problem('invalid-field', { field, detail });
}

/** Members in one order, whatever order they came in: an event delivered again is the same event. `null` is as left out. */
function withoutUnset(value: Readonly<Record<string, unknown>>): CloudEvent {
  const members = Object.entries(value).filter(([name, member]) => member !== null || name === 'data');
  return Object.fromEntries(members.sort(([left], [right]) => (left < right ? -1 : 1))) as CloudEvent;
}

/** An event as JSON, its data as it was written. */
function wholeEvent({ data: _data, ...attributes }: CloudEvent, data: string): string {
  return `${JSON.stringify(attributes).slice(0, -1)},"data":${data}}`;
}

function findFault(event: CloudEvent, { deliver }: Defaults): EventFault | undefined {
  for (const [name, value] of Object.entries(event)) {
    if (name === 'data' || name === 'data_base64') continue;
    if (!/^[a-z0-9]+$/.test(name)) return { attribute: name, rule: 'named with letters a to z and digits alone' };
    if (!isAttribute(value)) return { attribute: name, rule: 'a text without control characters, a whole number, true or false' };
  }
  const fault = findEventFault(event);
  if (fault !== undefined) return fault;
  if (!isName(event.type, nameBytes)) return { attribute: 'type', rule: `a text of 1 to ${nameBytes} bytes` };
  return findDataFault(event, deliver);
}

/** Whether a value is of a type that an attribute may have (CloudEvents 1.0, section 2.2). */
function isAttribute(value: unknown): boolean {
  if (typeof value === 'string') return value === '' || isName(value, Number.POSITIVE_INFINITY);
  return typeof value === 'boolean' || (typeof value === 'number' && (value | 0) === value);
}

function findDataFault(event: CloudEvent, deliver: Defaults['deliver']): EventFault | undefined {
  const { data, data_base64: binary, datacontenttype } = event;
  if (binary !== undefined) {
    if (data !== undefined) return { attribute: 'data_base64', rule: 'left out, or data' };
    if (typeof binary !== 'string' || !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(binary))
      return { attribute: 'data_base64', rule: 'a text in Base64' };
  }
  if (datacontenttype !== undefined && typeof datacontenttype !== 'string')
    return { attribute: 'datacontenttype', rule: 'a media type' };
  if (deliver === 'event' || hasJsonData(event)) return undefined;
  return { attribute: 'data', rule: 'JSON; or deliver=event in the query of the URL hands on the whole event' };
}
