/** Messages in an answer: the right ones, unchanged, in order, none left out, each with a cursor that promises no more. */
import { type CursorPlace, cursorTag, parseCursor } from '../../src/protocol/cursor.ts';
import type { Message } from '../../src/protocol/types.ts';
import type { Stretch } from './check-answer.ts';
import type { LedgerEntry } from './ledger.ts';
import { slackMs } from './slow-store.ts';
import type { Visit } from './visits.ts';
import type { World } from './world.ts';

interface Given {
  readonly application: string;
  readonly messages: readonly Message[];
  readonly stretches: readonly Stretch[];
  readonly body: string;
}

export function checkMessages(world: World, visit: Visit, given: Given): void {
  const { call } = visit;
  const { messages, stretches } = given;
  /** How far the messages so far, and those that left, reach in each queue. */
  const reached = new Map(stretches.map(({ tag, from }) => [tag, from ?? 0]));
  for (const message of messages) {
    const entry = world.ledger.byId.get(message.id);
    if (entry === undefined) {
      world.fail('I2', `poll ${call.number}: ${message.id} was never accepted`);
      continue;
    }
    checkOne(world, visit, given, { message, entry });
    const tag = cursorTag(entry.address);
    if (entry.position <= (reached.get(tag) ?? 0))
      world.fail('I4', `poll ${call.number}: ${message.id} at ${entry.position} comes after ${reached.get(tag)}`);
    reached.set(tag, entry.position);
    checkCursor(world, visit, given, { message, reached });
  }
  const delivered = new Set(messages.map(({ id }) => id));
  for (const { life, from, to, isReset, address } of stretches) {
    for (const { id, left, position } of life?.entries.slice(from ?? 0, to) ?? []) {
      // A log begins now: what came before is not owed.
      if (left !== undefined || delivered.has(id) || (from === undefined && !isReset && address.kind !== 'recipient')) continue;
      world.fail('I1', `poll ${call.number}: ${id} at ${position} is held, was skipped, and is not told as lost`);
    }
  }
}

function checkOne(
  world: World,
  { call, addresses, arrivedMs, request }: Visit,
  { application, stretches, body }: Given,
  { message, entry }: { message: Message; entry: LedgerEntry },
): void {
  const { address, left } = entry;
  const isOurs = addresses.some(
    (own) => cursorTag(own) === cursorTag(address) && JSON.stringify(own) === JSON.stringify(address),
  );
  if (!isOurs || entry.application !== application)
    world.fail('I3', `poll ${call.number}: ${message.id} is of ${entry.application} and ${JSON.stringify(address)}`);
  if (!body.includes(entry.members))
    world.fail('I6', `poll ${call.number}: ${message.id} was changed: ${JSON.stringify(message)}`);
  const slack = slackMs(world);
  const nowMs = world.time.elapsedMs;
  if (left !== undefined && left.atMs < nowMs - slack)
    world.fail('I2', `poll ${call.number}: ${message.id} had left (${left.reason})`);
  const ageMs = nowMs - entry.acceptedMs;
  if (ageMs > entry.ttlSeconds * 1000 + slack)
    world.fail('I2', `poll ${call.number}: ${message.id} was given at ${ageMs} ms of ${entry.ttlSeconds} s`);
  const stretch = stretches.find(({ tag }) => tag === cursorTag(address));
  if (stretch?.life?.epoch !== entry.epoch || entry.position > stretch.to)
    world.fail('I4', `poll ${call.number}: ${message.id} lies outside of the answer's cursor`);
  // A held poll ends for a message at once, or when the application's latency budget is spent.
  const { gatherMs = 0, responseBytes = 0 } = world.settings.limits;
  // Where an answer has no room for all that waits, the urgent one may stand behind its end.
  const isUrgent = entry.urgency === 'high' && responseBytes > 50_000;
  const delay = isUrgent ? 0 : (request.applications[application]?.maxDelay ?? 0) * 1000;
  const lateMs = nowMs - Math.max(arrivedMs, entry.acceptedMs) - delay;
  if (lateMs > gatherMs + slack + 1 && !entry.isDoubtful)
    world.fail('I9', `poll ${call.number}: ${message.id} was given ${lateMs} ms too late`);
}

/** A message's cursor reaches as far as what was given before it, in every queue. */
function checkCursor(
  world: World,
  { call }: Visit,
  { stretches }: Given,
  { message, reached }: { message: Message; reached: ReadonlyMap<string, number> },
): void {
  const places: ReadonlyMap<string, CursorPlace> | undefined = parseCursor(message.cursor);
  for (const { tag, life, from } of stretches) {
    const place = places?.get(tag);
    if (place === undefined || place.epoch !== life?.epoch) {
      world.fail('I5', `poll ${call.number}: cursor ${message.cursor} of ${message.id} does not name ${tag}`);
      continue;
    }
    // A log that is followed from now on begins somewhere behind its end.
    const known = reached.get(tag) ?? 0;
    const skipped = life.entries.slice(known, place.position).filter(({ left }) => left === undefined);
    if (skipped.length > 0 && from !== undefined)
      world.fail('I1', `poll ${call.number}: the cursor of ${message.id} acknowledges ${skipped[0]?.id}, which comes later`);
  }
}
