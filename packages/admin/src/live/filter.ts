import type { ServerEvent } from '@pollux/core/server';
import type { FeedFilter } from '../contract/feed.ts';

export type Matches = (event: ServerEvent) => boolean;

function recipientOf(event: ServerEvent): string | undefined {
  if ('recipient' in event) return event.recipient;
  return 'address' in event && event.address?.kind === 'recipient' ? event.address.name : undefined;
}

function textsOf(event: ServerEvent): readonly (string | undefined)[] {
  const group = 'address' in event && event.address?.kind === 'group' ? event.address.name : undefined;
  return [
    recipientOf(event),
    group,
    'session' in event ? event.session : undefined,
    'type' in event ? event.type : undefined,
    'topic' in event ? event.topic : undefined,
    'reason' in event ? event.reason : undefined,
    'id' in event ? event.id : undefined,
  ];
}

function mentions(event: ServerEvent, text: string): boolean {
  if (textsOf(event).some((each) => each?.toLowerCase().includes(text))) return true;
  return 'ids' in event && event.ids.some((id) => id.toLowerCase().includes(text));
}

function concerns(event: ServerEvent, application: string): boolean {
  if ('application' in event) return event.application === application;
  return 'applications' in event && event.applications.includes(application);
}

/** Turns a filter into the question asked of every event. */
export function createMatcher(filter: FeedFilter | undefined): Matches {
  if (!filter) return () => true;
  const kinds = filter.kinds ? new Set(filter.kinds) : undefined;
  const text = filter.text?.toLowerCase();
  const { application, recipient } = filter;
  return (event) =>
    (!kinds || kinds.has(event.kind)) &&
    (!application || concerns(event, application)) &&
    (!recipient || recipientOf(event) === recipient) &&
    (!text || mentions(event, text));
}
