/** What one application of a page received, what its handlers did with it, and whether the page may say so. */
import type { Gap, Message, PollApplication, PollSection } from '../../src/protocol/types.ts';
import type { World } from './world.ts';

/** `free`: taken back, perhaps before its handler began; it may be handled or not. */
type Fate = 'received' | 'begun' | 'done' | 'free';

interface Received {
  readonly cursor?: string;
  readonly id?: string;
  readonly gap?: string;
  readonly isFetch?: boolean;
  isTold: boolean;
}

/** What happened to a page's application, in order. */
export type LogLine =
  | { readonly kind: 'done'; readonly id: string; readonly atMs: number }
  | { readonly kind: 'begun'; readonly id: string; readonly atMs: number }
  | { readonly kind: 'gap'; readonly gap: Gap; readonly atMs: number }
  /** A first cursor: of all (`isFirst`: the poll named none), or of a new life. */
  | {
      readonly kind: 'start';
      readonly isFirst: boolean;
      readonly cursor: string;
      readonly messages: readonly Message[];
      readonly atMs: number;
    };

export interface PageRecord {
  readonly application: string;
  readonly log: readonly LogLine[];
  isDone(id: string): boolean;
  /** What is received and not done with. */
  readonly pending: readonly string[];
  received(section: PollSection, asked: PollApplication): void;
  begin(id: string): void;
  end(id: string): void;
  gapTold(gap: Gap): void;
  /** A poll says this. */
  check(asked: PollApplication): void;
  /** The application left the poll: what was not begun is given up. */
  leave(): void;
}

export function createPageRecord(world: World, page: string, application: string): PageRecord {
  const fates = new Map<string, Fate>();
  const log: LogLine[] = [];
  let items: Received[] = [];
  const cursors = new Set<string>();
  /** What was under way when the application left: it may be given once more. */
  const kept = new Set<string>();
  /** Gaps that were given up with what follows them; they may be told nevertheless. */
  const spare = new Set<string>();

  const name = `${page}/${application}`;
  const isDone = (id: string): boolean => fates.get(id) === 'done' || fates.get(id) === 'free';
  const isSettled = ({ id, gap, isTold }: Received): boolean => (id !== undefined ? isDone(id) : gap === undefined || isTold);

  const take = (message: Message, asked: PollApplication): void => {
    const known = fates.get(message.id);
    if (!world.ledger.byId.has(message.id)) world.fail('I2', `${name}: was given ${message.id}, which was never accepted`);
    if (known === undefined) fates.set(message.id, 'received');
    else checkRepeated(message, asked);
    items.push({ id: message.id, cursor: message.cursor, isFetch: message.kind === 'fetch', isTold: true });
    cursors.add(message.cursor);
    const of = message.kind === 'withdrawn' && known === undefined ? message.of : '';
    if (fates.get(of) !== 'received' && fates.get(of) !== 'free') return;
    fates.set(of, 'free');
    fates.set(message.id, 'free');
  };

  /** Without a fault between its delivery and its acknowledgement a message does not come twice. */
  const checkRepeated = (message: Message, asked: PollApplication): void => {
    // Who leaves a group and joins it again goes on from what was handled.
    if (world.ledger.byId.get(message.id)?.address.kind === 'group' || kept.delete(message.id)) return;
    const place = asked.read ?? asked.cursor;
    const at = items.findLastIndex(({ cursor }) => cursor === place);
    const before = items.findIndex(({ id }) => id === message.id);
    if (before >= 0 && at >= before) world.fail('I7', `${name}: ${message.id} came again to a poll that had read past it`);
  };

  /** Forgets what was received and not begun, but for what is being worked on: that may be given once more. */
  const giveUp = (atWork: string | undefined): void => {
    for (const [id, fate] of fates) {
      if (fate !== 'done') kept.add(id);
      if (fate === 'received' && id !== atWork) fates.delete(id);
    }
  };

  /** A client with too much to do takes in no more, or a part: what lies behind its `read` it will be given again. */
  const giveBack = (place: string | null): void => {
    const at = items.findLastIndex((item) => item.cursor === place);
    if (at < 0) return;
    for (const { id, gap, isTold } of items.slice(at + 1)) {
      if (id !== undefined && fates.get(id) === 'received') fates.delete(id);
      if (gap !== undefined && !isTold) spare.add(gap);
    }
    items = items.slice(0, at + 1);
  };

  /** A fetch before an item that was taken back may be the one under way: the item is given back then, and perhaps never comes again. */
  const noteWaiting = (index: number): void => {
    const id = items[index]?.id ?? '';
    const isBehind = items.slice(0, index).some((item) => item.isFetch === true && fates.get(item.id ?? '') === 'free');
    if (isBehind && fates.get(id) === 'received') fates.set(id, 'free');
  };

  /** What came before is done with, and what was lost before is told. */
  const checkTurn = (id: string): void => {
    const isFetch = items.find((item) => item.id === id)?.isFetch;
    let isAhead = false;
    for (const item of items) {
      if (item.id === id) return;
      // A fetch serves those of its kind that wait behind it, and its handler is given the newest, ahead of its turn.
      isAhead ||= isFetch === true && item.isFetch === true && fates.get(item.id ?? '') !== 'done';
      if (isSettled(item)) continue;
      if (isAhead && item.gap === undefined) continue;
      const invariant = item.gap === undefined ? 'I4' : 'I11';
      world.fail(invariant, `${name}: ${id} was handled before ${item.gap ?? item.id}, which came before it`);
    }
  };

  return {
    application,
    log,
    isDone,
    get pending() {
      return [...fates].filter(([, fate]) => fate === 'received' || fate === 'begun').map(([id]) => id);
    },
    received: (section, asked) => {
      if (!('cursor' in section)) return;
      const { cursor, messages = [], gap } = section;
      const isFirst = asked.cursor === null && (asked.read ?? null) === null;
      if (isFirst || gap?.losses.some(({ reason }) => reason === 'reset'))
        log.push({ kind: 'start', isFirst, cursor, messages, atMs: world.time.elapsedMs });
      if (gap !== undefined) items.push({ gap: JSON.stringify(gap), isTold: false });
      for (const message of messages) take(message, asked);
      items.push({ cursor, isTold: true });
      cursors.add(cursor);
    },
    begin: (id) => {
      const fate = fates.get(id);
      if (fate === 'done') world.fail('I7', `${name}: ${id} was handled twice`);
      if (fate === undefined) world.fail('I2', `${name}: ${id} was handled and never received`);
      if (fate !== 'begun') log.push({ kind: 'begun', id, atMs: world.time.elapsedMs });
      fates.set(id, 'begun');
      // What was under way when the application left comes to its end, and is called again after a failure, out of turn.
      if (fate === 'received') checkTurn(id);
    },
    end: (id) => {
      if (fates.get(id) === 'done') world.fail('I7', `${name}: ${id} was done twice`);
      fates.set(id, 'done');
      log.push({ kind: 'done', id, atMs: world.time.elapsedMs });
    },
    gapTold: (gap) => {
      const text = JSON.stringify(gap);
      const item = items.find((pending) => pending.gap === text && !pending.isTold);
      if (item === undefined && !spare.delete(text))
        world.fail('I2', `${name}: told gap ${text}, which was not received, or told before`);
      // One telling covers all equal ones that came before it.
      for (const pending of items) if (pending.gap === text) pending.isTold = true;
      log.push({ kind: 'gap', gap, atMs: world.time.elapsedMs });
    },
    check: ({ cursor, read }) => {
      giveBack(read ?? cursor);
      for (const place of [cursor, read]) {
        if (typeof place === 'string' && !cursors.has(place))
          world.fail('I2', `${name}: came back with ${place}, which it was never given`);
      }
      if (cursor === null) return;
      const at = items.findLastIndex((item) => item.cursor === cursor);
      const early = items.slice(0, at + 1).find((item) => !isSettled(item));
      if (early !== undefined) world.fail('I1', `${name}: acknowledges ${early.id ?? early.gap}, which is not handled`);
    },
    leave: () => {
      // The first that is not done is being worked on, perhaps without a handler having begun. A gap is told at once.
      const first = items.findIndex((item) => !isSettled(item));
      const atWork = items[first]?.gap === undefined ? items[first] : undefined;
      noteWaiting(first);
      for (const { id, isFetch } of items) if (id !== undefined && isFetch && fates.get(id) === 'received') fates.set(id, 'free');
      for (const { gap, isTold } of items) if (gap !== undefined && !isTold) spare.add(gap);
      giveUp(atWork?.id);
      if (first >= 0) items = [...items.slice(0, first), ...(atWork === undefined ? [] : [atWork])];
    },
  };
}
