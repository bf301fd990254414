/** CloudEvents (version 1.0 of the specification) as notifications. */
import type { NotifyOptions } from '../contract/notification.ts';
import { nameBytes } from '../protocol/limits.ts';
import { digest, isName } from '../protocol/text.ts';
import type { Audience, Notification } from '../protocol/types.ts';

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

export interface CloudEventOptions extends Omit<NotifyOptions, 'key' | 'version' | 'spread'> {
  /** What the clients get: the event's `data`, or the whole event with all its attributes. @default 'data' */
  readonly deliver?: 'data' | 'event';
}

/**
 * The notification that tells of an event: its type is the event's, and its key is made of `source` and `id`, which
 * together name an event once (CloudEvents 1.0, section 3.1): an event published again is not stored again.
 *
 * @throws TypeError for what is no CloudEvent 1.0, and for data that is not JSON where only the data is delivered
 */
export function notificationOfCloudEvent(
  event: CloudEvent,
  to: Audience,
  { deliver = 'data', ...common }: CloudEventOptions = {},
): Notification {
  if (event.specversion !== '1.0')
    throw new TypeError(`specversion: ${JSON.stringify(event.specversion)} is not known here; it must be "1.0".`);
  for (const name of ['id', 'source', 'type'] as const) {
    if (typeof event[name] !== 'string' || event[name] === '') throw new TypeError(`${name}: a CloudEvent has one, not empty.`);
  }
  if (deliver === 'data') checkData(event);
  const name = JSON.stringify([event.source, event.id]);
  const key = isName(name, nameBytes) ? name : digest(name);
  return { ...common, to, kind: 'direct', type: event.type, data: deliver === 'event' ? event : (event.data ?? null), key };
}

function checkData({ datacontenttype = 'application/json', data_base64: binary }: CloudEvent): void {
  if (binary === undefined && /^[^;]*[/+]json\s*(?:;|$)/i.test(datacontenttype)) return;
  throw new TypeError(`data: it is ${datacontenttype}, not JSON. Publish the whole event, with { deliver: 'event' }.`);
}
