/** CloudEvents (version 1.0 of the specification) as notifications. */
import type { NotifyOptions } from '../contract/notification.ts';
import {
  type CloudEvent,
  type EventDelivery,
  findEventFault,
  hasJsonData,
  notificationContent,
} from '../protocol/cloud-event.ts';
import type { Audience, Notification } from '../protocol/types.ts';

export interface CloudEventOptions extends Omit<NotifyOptions, 'key' | 'version' | 'spread'> {
  /** What the clients get: the event's `data`, or the whole event with all its attributes. @default 'data' */
  readonly deliver?: EventDelivery;
}

/**
 * The notification that tells of an event: its type is the event's, and its key is made of `source` and `id`, which
 * together name an event once (CloudEvents 1.0, section 3.1): an event published again is not stored again. Attributes
 * that begin with `pollux` are for a server that the event is sent to as it is, and are not handed on.
 *
 * @throws TypeError for what is no CloudEvent 1.0, and for data that is not JSON where only the data is delivered
 */
export function notificationOfCloudEvent(
  event: CloudEvent,
  to: Audience,
  { deliver = 'data', ...common }: CloudEventOptions = {},
): Notification {
  const fault = findEventFault(event);
  if (fault !== undefined) {
    const { attribute, rule } = fault;
    throw new TypeError(`${attribute}: ${JSON.stringify(event[attribute])} is not usable; it must be ${rule}.`);
  }
  if (deliver === 'data' && !hasJsonData(event)) {
    const type = event.datacontenttype ?? 'binary';
    throw new TypeError(`data: it is ${type}, not JSON. Publish the whole event, with { deliver: 'event' }.`);
  }
  return { ...common, to, ...notificationContent(event, deliver) };
}
