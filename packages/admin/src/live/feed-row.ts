import { type AcknowledgedEvent, messageId, type ServerEvent } from '@pollux/core/server';
import type { FeedRow } from '../contract/feed.ts';
import type { Journeys } from '../journal/journeys.ts';

const idsShown = 50;

function many(journeys: Journeys, ids: readonly string[], count: number = ids.length): Pick<FeedRow, 'ids' | 'count' | 'type'> {
  const type = journeys.get(ids[0] ?? '')?.accepted.type;
  return { ids: ids.length > idsShown ? ids.slice(0, idsShown) : ids, count, ...(type ? { type } : {}) };
}

/** The newest of the acknowledged messages: positions between may be holes, this one was there. */
function lastOf(event: AcknowledgedEvent): readonly string[] {
  return [messageId(event.epoch, event.to)];
}

/** What an event says beyond the fields that rows share with events by name. */
function details(journeys: Journeys, event: ServerEvent): Partial<FeedRow> {
  switch (event.kind) {
    case 'accepted': {
      const { id, message, type, bytes, urgency, topic, ttlSeconds, waiting } = event;
      return {
        ids: [id],
        count: 1,
        message,
        type,
        bytes,
        urgency,
        ttlSeconds,
        waiting,
        ...(topic === undefined ? {} : { topic }),
      };
    }
    case 'refused':
      return { reason: event.code };
    case 'delivered':
      return { ...many(journeys, event.ids), poll: event.poll, transport: event.transport };
    case 'acknowledged':
      return { ...many(journeys, lastOf(event), journeys.messagesIn(event)) };
    case 'removed':
      return { ...many(journeys, event.ids), reason: event.reason };
    case 'failed':
      return { ids: [event.id], count: 1, reason: event.reason };
    case 'gap':
      return {
        reason: event.losses.map((loss) => (loss.count === undefined ? loss.reason : `${loss.count} ${loss.reason}`)).join(', '),
      };
    case 'session-opened':
      return { reason: event.applications.join(', ') };
    case 'session-closed':
      return { reason: event.reason };
    case 'poll-superseded':
      return {};
    case 'poll-held':
    case 'poll-answered': {
      const { heldMs, status, messages, bytes } = event;
      return {
        ...(heldMs === undefined ? {} : { heldMs }),
        ...(status === undefined ? {} : { status }),
        ...(messages === undefined ? {} : { count: messages }),
        ...(bytes === undefined ? {} : { bytes }),
      };
    }
    case 'buffer-failed':
      return { reason: `${event.stage}: ${event.reason}` };
  }
}

/** Makes the console's row of an event. */
export function feedRow(journeys: Journeys, seq: number, event: ServerEvent): FeedRow {
  return {
    seq,
    atMs: event.atMs,
    kind: event.kind,
    ...('application' in event ? { application: event.application } : {}),
    ...('address' in event && event.address ? { address: event.address } : {}),
    ...('recipient' in event ? { recipient: event.recipient } : {}),
    ...('session' in event ? { session: event.session } : {}),
    ...details(journeys, event),
  };
}
