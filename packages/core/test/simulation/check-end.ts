/** What a whole run has to show: nothing lost in silence, all alive again, nothing left behind. */
import { type CursorPlace, cursorTag, parseCursor } from '../../src/protocol/cursor.ts';
import type { LedgerEntry, Life } from './ledger.ts';
import type { Page } from './page.ts';
import type { LogLine, PageRecord } from './page-record.ts';
import type { World } from './world.ts';

/** Each page by its own log: whatever it did not handle was told as lost, or was withdrawn, before anything later. */
export function checkLogs(world: World): void {
  for (const page of world.pages) {
    for (const record of page.records.values()) {
      for (const life of world.ledger.lives.values()) {
        const { address } = life;
        const isOwn = address.kind === 'recipient' && address.name === page.recipient;
        // Who is in a group changes as the host says; everyone is in everyone.
        if (life.application === record.application && (isOwn || address.kind === 'everyone'))
          checkLog(world, page, record, life);
      }
    }
  }
}

function checkLog(world: World, page: Page, record: PageRecord, life: Life): void {
  const isAttending = !page.isGone && page.joined().includes(record.application);
  const begin = beginningOf(record, life);
  if (begin === undefined) return;
  const doneAt = handledAt(world, record, life);
  // A fetch may be served ahead of its turn, and says nothing of those before it.
  const inTurn = [...doneAt].filter(([position]) => !isFetch(life.entries[position - 1]));
  const furthest = Math.max(0, ...inTurn.map(([position]) => position));
  for (const entry of life.entries.slice(begin)) {
    if (doneAt.has(entry.position) || record.isDone(entry.id) || !isOwed(record, entry)) continue;
    if (entry.position > furthest && !isAttending) continue;
    const later = inTurn.filter(([position]) => position > entry.position).map(([, atMs]) => atMs);
    checkMissing(world, { page, record, entry, beforeMs: Math.min(...later) });
  }
}

/** When the messages of a life were handled first, by position. */
function handledAt(world: World, record: PageRecord, { epoch }: Life): ReadonlyMap<number, number> {
  const times = new Map<number, number>();
  for (const line of record.log) {
    const entry = line.kind === 'begun' || line.kind === 'done' ? world.ledger.byId.get(line.id) : undefined;
    if (entry?.epoch === epoch && !times.has(entry.position)) times.set(entry.position, line.atMs);
  }
  return times;
}

/** Who begins without a cursor, once again, is owed what is held then: nothing that left before, no log of before. */
function isOwed({ log }: PageRecord, { left, address, acceptedMs }: LedgerEntry): boolean {
  const sinceMs = Math.max(...log.map((line) => (line.kind === 'start' && line.isFirst ? line.atMs : 0)));
  return (left?.atMs ?? sinceMs) >= sinceMs && (address.kind === 'recipient' || acceptedMs >= sinceMs);
}

function isFetch(entry: LedgerEntry | undefined): boolean {
  return entry?.members.startsWith('"kind":"fetch"') === true;
}

/** Where a page began to follow a life of a queue, the last time that it did: before the first message that it got, or at its first cursor. */
function beginningOf(record: PageRecord, life: Life): number | undefined {
  const tag = cursorTag(life.address);
  let begin: number | undefined;
  for (const line of record.log) {
    if (line.kind !== 'start') continue;
    const place: CursorPlace | undefined = parseCursor(line.cursor)?.get(tag);
    if (place?.epoch !== life.epoch) continue;
    const first = line.messages.find(({ id }) => id.startsWith(life.epoch));
    begin = first === undefined ? place.position : Number.parseInt(first.id.slice(life.epoch.length), 36) - 1;
  }
  return begin;
}

interface Missing {
  readonly page: Page;
  readonly record: PageRecord;
  readonly entry: LedgerEntry;
  /** When something later was handled. */
  readonly beforeMs: number;
}

function checkMissing(world: World, { page, record, entry, beforeMs }: Missing): void {
  const { left, id } = entry;
  if (left?.reason === 'collapsed' || left?.reason === 'withdrawn') return;
  const what = `${page.caller.name}/${record.application} never got ${id}`;
  if (left === undefined) return world.fail('I1', `${what}, which is held`);
  const reason = left.reason === 'killed' || left.reason === 'erased' ? 'reset' : left.reason;
  const tells = (line: LogLine): boolean =>
    line.kind === 'gap' &&
    line.atMs >= left.atMs &&
    line.atMs <= beforeMs &&
    line.gap.losses.some((loss) => loss.reason === reason || loss.reason === 'reset');
  if (!record.log.some(tells))
    world.fail('I11', `${what}, which left (${left.reason}) at ${left.atMs}, and was not told before ${beforeMs}`);
}

/** What the queues let go as acknowledged was handled by a page of its recipient. */
export function checkAcknowledged(world: World): void {
  for (const { id, left, address } of world.ledger.byId.values()) {
    if (left?.reason !== 'acknowledged') continue;
    const isHandled = world.pages.some(
      (page) => address.kind === 'recipient' && page.recipient === address.name && page.isDoneWith(id),
    );
    if (!isHandled) world.fail('I1', `${id} was freed as acknowledged, and nobody handled it`);
  }
}

/** With all faults over, nothing stays unhandled, and what is new arrives soon. */
export function checkAlive(world: World): void {
  for (const page of world.pages) {
    if (page.isGone || page.joined().length === 0) continue;
    if (page.client.state !== 'connected') world.fail('I9', `${page.caller.name} is ${page.client.state} after the storm`);
    for (const record of page.records.values()) {
      const stuck = record.pending.filter((id) => world.ledger.byId.get(id)?.left === undefined);
      if (page.joined().includes(record.application) && stuck.length > 0)
        world.fail('I9', `${page.caller.name}: ${stuck.join()} are not handled after the storm`);
    }
  }
}

/** With everybody gone, nothing of them is left. */
export function checkEmpty(world: World): void {
  const { host, network, pages, time } = world;
  const { instance } = host;
  const left = (what: string, count: number | undefined): void => {
    if (count !== 0) world.fail('I8', `${count} ${what} are left in the end`);
  };
  for (const { clock, caller } of pages) left(`timers of ${caller.name}`, clock.pending);
  left('requests', network.open);
  left('open exchanges', instance?.open.size);
  const totals = instance?.server.inspect.totals();
  left('sessions', totals?.sessions);
  left('held polls', totals?.heldPolls);
  const held = instance?.buffer.inspect.totals();
  if (held === undefined || 'then' in held) return world.fail('I8', 'no server runs in the end');
  for (const [what, count] of Object.entries(held)) left(`${what} of the buffer`, count);
  left('timers of the server', instance?.clock.pending);
  left('timers', time.pending);
}
