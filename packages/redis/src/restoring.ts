/** A queue of another buffer as arguments of a script, and how a message ended. */
import { addressKey, type Loss, parseMessageId, type Removal, type StoredQueue } from '@pollux/core/server';
import { encodeText, formatElement } from './element.ts';
import { formatEndings, formatLosses, parseEndings, parseLosses } from './reasons.ts';

export function restoreArguments(stored: StoredQueue): readonly string[] {
  const { places = [], messages, parked, keys, endings = [] } = stored;
  return [
    addressKey(stored.address),
    stored.application,
    stored.epoch,
    ...[stored.last, stored.freedTo, stored.handledTo, stored.sentTo].map(String),
    stored.hasHoles ? '1' : '0',
    formatLosses(stored.losses),
    formatEndings(endings),
    String(places.length),
    ...places.flatMap(({ session, handled, untilMs }) => [session, String(handled), String(Math.floor(untilMs))]),
    String(messages.length),
    ...messages.map(formatElement),
    String(parked.length),
    ...parked.flatMap(({ message, reason }) => [encodeText(reason), formatElement(message)]),
    String(keys.length),
    ...keys.flatMap(({ key, id, fingerprint, untilMs }) => {
      const place = parseMessageId(id) ?? { epoch: stored.epoch, position: 0 };
      return [`=${key}`, `${place.epoch} ${place.position} ${Math.floor(untilMs)} ${fingerprint}`];
    }),
  ];
}

/** How the message at a position ended that is no longer there. */
export function endingOf(position: number, freedTo: number, losses: string, endings: string): Removal['reason'] | 'unknown' {
  for (const [noted, reason] of parseEndings(endings)) if (noted === position) return reason;
  const about = parseLosses(losses).filter(({ from, to }) => position >= from && position <= to);
  for (const loss of about) if (loss.reason !== 'reset' && isSolid(loss)) return loss.reason;
  // What a failover may have lost was never seen here, whatever of that which follows was acknowledged.
  if (about.some(({ reason }) => reason === 'reset')) return 'unknown';
  return position <= freedTo ? 'acknowledged' : 'unknown';
}

function isSolid(loss: Loss): boolean {
  return loss.count === loss.to - loss.from + 1;
}
