/**
 * What the answer to a poll has to say, computed from the poll and the ledger alone: everything behind the place asked
 * for is either in the answer, or told as lost, or left the queue without loss.
 */
import { type CursorPlace, cursorTag, parseCursor, parseMessageId } from '../../src/protocol/cursor.ts';
import type { Address, PollAnswer, PollSection } from '../../src/protocol/types.ts';
import { checkMessages } from './check-messages.ts';
import type { Kind } from './faults.ts';
import type { LedgerEntry, Life } from './ledger.ts';
import { slackMs } from './slow-store.ts';
import type { Visit } from './visits.ts';
import type { World } from './world.ts';

type News = Exclude<PollSection, { readonly error: unknown }>;

/** One queue of a section. */
export interface Stretch {
  readonly tag: string;
  readonly address: Address;
  readonly life: Life | undefined;
  /** The place asked for, where it still stands. */
  readonly from: number | undefined;
  /** The earliest place where reading may have begun: where the client had read to, if that lay behind its cursor. */
  readonly earliest: number;
  /** The place that the answer ends at. */
  readonly to: number;
  readonly isReset: boolean;
}

/** Reasons for which messages leave that a reader behind them is told. */
const lossReasons = ['expired', 'overflow', 'parked', 'purged', 'acknowledged'] as const;

/** A ledger tells at least this many losses of a queue apart. */
const ledgerLength = 48;

export function checkAnswer(world: World, visit: Visit, answer: PollAnswer | undefined, body: string): void {
  const { advice, applications = {} } = answer ?? {};
  if (advice?.interval !== undefined && advice.interval > 0) world.count('answer-crowded');
  checkHold(world, visit);
  for (const [name, section] of Object.entries(applications)) {
    if (!Object.hasOwn(visit.request.applications, name)) world.fail('I3', `an answer names ${name}, which was not asked for`);
    if ('error' in section) world.fail('I2', `${name} was refused: ${section.error.code}`);
  }
  for (const name of Object.keys(visit.request.applications)) {
    const section = applications[name];
    if (section === undefined) {
      // A drain may answer without asking the store.
      if (advice?.drain === undefined) checkSilence(world, visit, name);
    } else if ('cursor' in section) checkSection(world, visit, { name, section, body });
  }
}

function checkHold(world: World, { request, arrivedMs, call }: Visit): void {
  const heldMs = world.time.elapsedMs - arrivedMs;
  const wait = Math.min(request.wait ?? 0, world.settings.limits.holdSeconds ?? 25) * 1000;
  if (heldMs > wait + slackMs(world) + 1)
    world.fail('bound', `poll ${call.number} was held for ${heldMs} ms, ${wait} ms were asked for`);
}

function placesAsked(
  visit: Visit,
  name: string,
): { read: ReadonlyMap<string, CursorPlace> | undefined; handled: ReadonlyMap<string, CursorPlace> | undefined } {
  const { cursor, read } = visit.request.applications[name] ?? {};
  const handled = typeof cursor === 'string' ? parseCursor(cursor) : undefined;
  return { handled, read: typeof read === 'string' ? parseCursor(read) : handled };
}

/** An application that the answer leaves out: nothing may be pending, nothing untold. */
function checkSilence(world: World, visit: Visit, application: string): void {
  const { read, handled } = placesAsked(visit, application);
  for (const address of visit.addresses) {
    const life = world.ledger.lifeOf({ address, application });
    const first = life?.entries[0];
    if (life === undefined || first === undefined) continue;
    const place = read?.get(cursorTag(address)) ?? handled?.get(cursorTag(address));
    const what = `poll ${visit.call.number}: ${life.key}`;
    if (place === undefined) world.fail('I11', `${what} has no place, and was given none`);
    else if (place.epoch === life.epoch) checkNothingBehind(world, what, life.entries.slice(place.position));
    else if (isOld(world, first.acceptedMs)) world.fail('I11', `${what} began anew, which was not told`);
  }
}

function checkNothingBehind(world: World, what: string, entries: readonly LedgerEntry[]): void {
  for (const { id, acceptedMs, left } of entries) {
    if (left === undefined && isOld(world, acceptedMs)) world.fail('I1', `${what}: ${id} is pending and was not given`);
    if (isLoss(left?.reason) && isOld(world, left?.atMs))
      world.fail('I11', `${what}: ${id} was lost (${left?.reason}), which was not told`);
  }
}

function isOld(world: World, ms: number | undefined): boolean {
  return ms !== undefined && ms <= world.time.elapsedMs - slackMs(world);
}

function isLoss(reason: string | undefined): reason is (typeof lossReasons)[number] {
  return lossReasons.includes(reason as (typeof lossReasons)[number]);
}

function checkSection(world: World, visit: Visit, { name, section, body }: { name: string; section: News; body: string }): void {
  const { call } = visit;
  if (section.more) world.count('answer-with-more');
  for (const { reason } of section.gap?.losses ?? []) world.count(`gap-${reason}` as Kind);
  const stretches = readStretches(world, visit, name, section);
  if (stretches === undefined)
    return world.fail('I5', `poll ${call.number}: cursor ${section.cursor} of ${name} does not name its queues`);
  const isReset = stretches.some((stretch) => stretch.isReset);
  const toldReset = section.gap?.losses.some(({ reason }) => reason === 'reset') === true;
  if (isReset && !toldReset) world.fail('I11', `poll ${call.number}: ${name} was reset, which was not told`);
  if (!isReset && toldReset && !handledIsForeign(visit, name, stretches))
    world.fail('I11', `poll ${call.number}: ${name} was told a reset that was none`);
  checkMessages(world, visit, { application: name, messages: section.messages ?? [], stretches, body });
  if (!toldReset) checkGap(world, visit, { name, section, stretches });
  checkMore(world, visit, section, stretches);
}

function readStretches(world: World, visit: Visit, application: string, section: News): readonly Stretch[] | undefined {
  const ends = parseCursor(section.cursor);
  const asked = placesAsked(visit, application);
  if (ends === undefined || ends.size !== visit.addresses.length) return undefined;
  const stretches: Stretch[] = [];
  for (const address of visit.addresses) {
    const tag = cursorTag(address);
    const end = ends.get(tag);
    if (end === undefined) return undefined;
    const life = world.ledger.sight({ address, application }, end.epoch);
    const handled = asked.handled?.get(tag);
    const read = asked.read?.get(tag) ?? handled;
    const place = read !== undefined && handled?.epoch === read.epoch && handled.position > read.position ? handled : read;
    const stands = place?.epoch === end.epoch && place.position <= (life?.entries.length ?? 0);
    // A server may believe that this session was sent less than it was, and begin there.
    const from = stands ? Math.min(place.position, end.position, firstOf(section, end.epoch)) : undefined;
    // What this session was not sent it cannot acknowledge: a cursor from before it may count only up to what it read.
    const earliest = Math.min(from ?? 0, stands && read?.epoch === end.epoch ? read.position : Number.POSITIVE_INFINITY);
    stretches.push({ tag, address, life, from, earliest, to: end.position, isReset: place !== undefined && !stands });
  }
  return stretches;
}

/** The place before the first message of a queue in a section. */
function firstOf({ messages = [] }: News, epoch: string): number {
  const first = messages.find(({ id }) => id.startsWith(epoch));
  return first === undefined ? Number.POSITIVE_INFINITY : (parseMessageId(first.id)?.position ?? 0) - 1;
}

/** A cursor of an earlier life is told to be one, though reading went on in the new life already. */
function handledIsForeign(visit: Visit, name: string, stretches: readonly Stretch[]): boolean {
  const { handled } = placesAsked(visit, name);
  return stretches.some(({ tag, life }) => handled?.has(tag) === true && handled.get(tag)?.epoch !== life?.epoch);
}

/** Every loss between the places, counted by reason, neither less nor more. */
function checkGap(
  world: World,
  { call }: Visit,
  { name, section, stretches }: { name: string; section: News; stretches: readonly Stretch[] },
): void {
  for (const reason of lossReasons) {
    const { least, most } = countLosses(world, stretches, reason);
    const told = section.gap?.losses.find((loss) => loss.reason === reason);
    const count = told === undefined ? 0 : told.count;
    if (count === undefined) {
      // Who returns behind others is told of holes, too; and a ledger of many losses merges the oldest.
      if (reason !== 'acknowledged' && !stretches.some(hasManyLosses))
        world.fail('I11', `poll ${call.number}: ${name} lost ${least} ${reason}, told without a number`);
    } else if (count < least || count > most) {
      world.fail('I11', `poll ${call.number}: ${name} lost ${least} to ${most} ${reason}, told ${count}`);
    }
  }
}

/** More than a ledger tells apart. */
function hasManyLosses({ life }: Stretch): boolean {
  const losses = life?.entries.filter(({ left }) => isLoss(left?.reason)) ?? [];
  return losses.length > ledgerLength;
}

/** What must be told, and what may be: before its first cursor a session has lost nothing. */
function countLosses(world: World, stretches: readonly Stretch[], reason: string): { least: number; most: number } {
  let least = 0;
  let most = 0;
  for (const { life, from, earliest, to } of stretches) {
    for (const [index, { left }] of life?.entries.slice(earliest, to).entries() ?? []) {
      if (left?.reason !== reason) continue;
      most++;
      if (from !== undefined && earliest + index >= from && isOld(world, left.atMs)) least++;
    }
  }
  return { least, most };
}

function checkMore(world: World, { call }: Visit, section: News, stretches: readonly Stretch[]): void {
  const pending = stretches.flatMap(({ life, to }): LedgerEntry[] => life?.entries.slice(to) ?? []);
  const certain = pending.find(({ left, acceptedMs }) => left === undefined && isOld(world, acceptedMs));
  if (certain !== undefined && section.more !== true)
    world.fail('I1', `poll ${call.number}: ${certain.id} is pending behind the answer, which says nothing of more`);
}
