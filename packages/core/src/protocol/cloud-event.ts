/** CloudEvents (version 1.0 of the specification) as notifications, for whoever publishes and whoever is published to. */
import { nameBytes } from './limits.ts';
import { digest, isName } from './text.ts';
import type { Notification } from './types.ts';

/** A CloudEvent in its JSON form; extension attributes come along. */
export interface CloudEvent {
  readonly specversion: string;
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  readonly time?: string;
  readonly datacontenttype?: string;
  readonly data?: unknown;
  readonly [attribute: string]: unknown;
}

/** What clients get of an event. */
export type EventDelivery = 'data' | 'event';

/** What is wrong with an event: the attribute, and how it has to be. */
export interface EventFault {
  readonly attribute: string;
  readonly rule: string;
}

/** How names of attributes begin that say for whom an event is and how it is delivered. They are not handed on. */
export const addressingPrefix = 'pollux';

/** What makes it no CloudEvent 1.0, if something does. */
export function findEventFault(event: Readonly<Record<string, unknown>>): EventFault | undefined {
  if (event['specversion'] !== '1.0') return { attribute: 'specversion', rule: '"1.0"' };
  for (const attribute of ['id', 'source', 'type'])
    if (typeof event[attribute] !== 'string' || event[attribute] === '') return { attribute, rule: 'a text that is not empty' };
  return undefined;
}

/** Whether a media type is one of JSON. */
export function isJsonMediaType(type: string): boolean {
  return /^[^;]*[/+]json\s*(?:;|$)/i.test(type);
}

/** Whether an event's data is JSON, so that it can be delivered by itself. */
export function hasJsonData({ datacontenttype = 'application/json', data_base64: binary }: CloudEvent): boolean {
  return binary === undefined && isJsonMediaType(datacontenttype);
}

/**
 * What a notification says of an event: its type is the event's, and its key is made of `source` and `id`, which together
 * name an event once (CloudEvents 1.0, section 3.1): an event published again is not stored again.
 */
export function notificationContent(
  event: CloudEvent,
  deliver: EventDelivery,
): Required<Pick<Notification, 'kind' | 'type' | 'data' | 'key'>> {
  const name = JSON.stringify([event.source, event.id]);
  const key = isName(name, nameBytes) ? name : digest(name);
  return { kind: 'direct', type: event.type, data: deliver === 'event' ? withoutAddressing(event) : (event.data ?? null), key };
}

function withoutAddressing(event: CloudEvent): CloudEvent {
  return Object.fromEntries(Object.entries(event).filter(([name]) => !name.startsWith(addressingPrefix))) as CloudEvent;
}
