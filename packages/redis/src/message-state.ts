/** What the script that looks for a message tells of it. */
import type { MessageState, Place, QueueName } from '@pollux/core/server';
import { parseElement } from './element.ts';
import { endingOf } from './restoring.ts';

/** Sessions and positions, which take turns in an answer. */
function placesOf(answer: unknown): readonly { readonly session: string; readonly handled: number }[] {
  const all = Array.isArray(answer) ? answer : [];
  return all.flatMap((session, index) => (index % 2 === 0 ? { session: String(session), handled: Number(all[index + 1]) } : []));
}

/** Reads an answer about the message that stands, or stood, at a place of a queue. */
export function readState(answer: readonly unknown[], queue: QueueName, place: Place): MessageState {
  const [state, second, third, fourth, fifth] = answer;
  switch (state) {
    case 'pending': {
      const message = parseElement(String(second));
      return { state, queue, place, message, sent: third === 1, handled: fifth === 1, places: placesOf(fourth) };
    }
    case 'parked':
      return { state, queue, message: parseElement(String(second)), reason: decodeURIComponent(String(third)) };
    default:
      return { state: 'gone', queue, reason: endingOf(place.position, Number(second), String(third), String(fourth)) };
  }
}
