/** The commands of the model: what a server asks of a message buffer, right and wrong, in any order. */
import fc from 'fast-check';
import type {
  AppendEntry,
  AppendOutcome,
  Place,
  QueueExchange,
  QueueName,
  QueueReading,
} from '../../src/buffer/message-buffer.ts';
import { messageId } from '../../src/protocol/cursor.ts';
import type { Urgency } from '../../src/protocol/types.ts';
import { compareReading } from './compare-reading.ts';
import { nameOf } from './reference-buffer.ts';
import { assert, compare, noticeEpoch, noticeForgotten, now, type Scene } from './scene.ts';

export type Command = fc.Command<object, Scene>;

const own = (name: string, application: string): QueueName => ({ address: { kind: 'recipient', name }, application });
const group: QueueName = { address: { kind: 'group', name: 'team' }, application: 'x' };
const everybody: QueueName = { address: { kind: 'everyone' }, application: 'x' };

/** Who follows what: three sessions of alice, one of bob, whose messages are an inbox. */
const sessions: readonly { readonly session: string; readonly queues: readonly QueueName[]; readonly retain?: true }[] = [
  ...['a1', 'a2', 'a3'].map((session) => ({ session, queues: [own('alice', 'x'), group, everybody, own('alice', 'y')] })),
  { session: 'b1', queues: [own('bob', 'x'), everybody], retain: true },
];
const names: readonly QueueName[] = [own('alice', 'x'), own('alice', 'y'), own('bob', 'x'), group, everybody];

function command(text: string, run: (scene: Scene) => void): Command {
  return {
    check: () => true,
    run: (_model, scene) => {
      run(scene);
      compare(scene);
    },
    toString: () => text,
  };
}

interface AppendTerms {
  readonly queue: number;
  readonly size: number;
  readonly ttlSeconds: number;
  readonly topic: number;
  readonly key: number;
  readonly content: number;
  readonly urgency: Urgency;
  readonly dropOldest: boolean;
}

function append(terms: AppendTerms): Command {
  return command(`append(${JSON.stringify(terms)})`, (scene) => {
    const name = names[terms.queue % names.length] as QueueName;
    noticeForgotten(scene, name);
    const entry: AppendEntry = {
      ...name,
      members: `"kind":"direct","type":"t","data":${terms.content}`,
      size: terms.size,
      ttlSeconds: terms.ttlSeconds,
      urgency: terms.urgency,
      topic: terms.topic < 3 ? `t${terms.topic}` : undefined,
      key: terms.key < 4 ? `k${terms.key}` : undefined,
      fingerprint: String(terms.content),
      overflow: terms.dropOldest ? 'drop-oldest' : 'reject',
    };
    const [outcome] = now(scene.buffer.append([entry]));
    assert(outcome !== undefined, 'one outcome for one entry');
    scene.seen.add(outcome.kind);
    if (outcome.kind === 'stored' && outcome.collapsed !== undefined) scene.seen.add('collapsed');
    compareAppend(scene, entry, outcome);
  });
}

function compareAppend(scene: Scene, entry: AppendEntry, outcome: AppendOutcome): void {
  const expected = scene.reference.append(entry);
  assert(outcome.kind === expected, `append: ${outcome.kind}, expected ${expected}`);
  const queue = scene.reference.queue(entry);
  const id = (position: number): string => messageId(queue.epoch ?? '', position);
  if (outcome.kind === 'stored') {
    queue.epoch ??= outcome.id.slice(0, 11);
    assert(outcome.position === queue.messages.length, `position ${outcome.position}, expected ${queue.messages.length}`);
    assert(outcome.id === id(outcome.position), `id ${outcome.id}`);
  } else if (outcome.kind === 'duplicate') {
    const first = queue.keys.get(entry.key ?? '')?.position ?? 0;
    assert(outcome.id === id(first), `a duplicate of ${outcome.id}, expected of position ${first}`);
  }
}

/** Which place a session comes back with. */
type Which = 'none' | 'newest' | 'earlier' | 'future' | 'foreign' | 'former';

function placeFor(scene: Scene, session: string, name: QueueName, which: Which, n: number): Place | undefined {
  const queue = scene.reference.queues.get(nameOf(name));
  const given = scene.given.get(`${session} ${nameOf(name)}`) ?? [];
  const epoch = queue?.epoch ?? 'AAAAAAAAAAA';
  switch (which) {
    case 'none':
      return undefined;
    case 'newest':
      return given[given.length - 1];
    case 'earlier':
      return given[n % Math.max(1, given.length)];
    case 'future':
      return { epoch, position: (queue?.messages.length ?? 0) + 1 + n };
    case 'foreign':
      return { epoch: 'ZZZZZZZZZZZ', position: n };
    case 'former':
      return { epoch: scene.formerEpochs[n % Math.max(1, scene.formerEpochs.length)] ?? 'ZZZZZZZZZZZ', position: n };
  }
}

interface ExchangeTerms {
  readonly who: number;
  readonly handled: Which;
  readonly read: Which;
  readonly n: number;
  readonly limited: boolean;
  readonly newest: number;
  readonly maxBytes: number;
  readonly keepMs: number;
  readonly left: number;
}

function exchange(terms: ExchangeTerms): Command {
  return command(`exchange(${JSON.stringify(terms)})`, (scene) => {
    const { session, queues, retain } = sessions[terms.who % sessions.length] as (typeof sessions)[number];
    const followed = queues.filter((_, index) => index !== terms.left);
    for (const name of followed) noticeForgotten(scene, name);
    const asked = followed.map((name): QueueExchange => {
      const sent = placeFor(scene, session, name, 'newest', 0);
      return {
        ...name,
        handled: placeFor(scene, session, name, terms.handled, terms.n),
        read: placeFor(scene, session, name, terms.read, terms.n + 1),
        limit: terms.limited ? sent : undefined,
        newest: terms.newest,
        ...(retain ? { retain } : undefined),
      };
    });
    const readings = now(scene.buffer.exchange({ session, queues: asked, maxBytes: terms.maxBytes, keepMs: terms.keepMs }));
    assert(readings.length === asked.length, 'one reading for each queue asked');
    for (const [index, question] of asked.entries()) {
      const reading = readings[index] as QueueReading;
      const queue = scene.reference.queue(question);
      noticeEpoch(scene, queue, reading);
      compareReading(scene.reference.exchange(question, session, terms.keepMs), reading, terms.maxBytes, question);
      note(scene, session, question, reading);
    }
  });
}

function note(scene: Scene, session: string, name: QueueName, reading: QueueReading): void {
  const { epoch, messages, more, last, reset, freed, losses } = reading;
  if (reset) scene.seen.add('reset');
  if (freed > 0) scene.seen.add('freed');
  if (more) scene.seen.add('more');
  for (const { reason } of losses) scene.seen.add(reason);
  const key = `${session} ${nameOf(name)}`;
  const given = scene.given.get(key) ?? [];
  scene.given.set(key, given);
  for (const { position } of messages) given.push({ epoch, position });
  if (!more) given.push({ epoch, position: last });
}

const advance = (ms: number): Command =>
  command(`advance(${ms})`, ({ time, reference }) => {
    time.advance(ms);
    reference.advance(ms);
  });

const take = (queueIndex: number, back: number, kind: 'park' | 'withdraw' | 'purge'): Command =>
  command(`take(${queueIndex}, ${back}, '${kind}')`, (scene) => {
    const name = names[queueIndex % names.length] as QueueName;
    noticeForgotten(scene, name);
    const queue = scene.reference.queues.get(nameOf(name));
    if (queue?.epoch === undefined) return;
    const position = Math.max(1, queue.messages.length - back);
    const id = messageId(queue.epoch, position);
    const before = now(scene.buffer.find(id));
    const wanted = queue.messages[position - 1];
    const state =
      wanted === undefined ? undefined : wanted.isParked ? 'parked' : wanted.ending === undefined ? 'pending' : 'gone';
    assert(before?.state === state, `${id} is ${before?.state}, expected ${state}`);
    // A store may forget how a message ended, but not make it up.
    if (before?.state === 'gone')
      assert(
        [wanted?.ending, wanted?.finally, 'unknown'].includes(before.reason),
        `${id} is ${before.reason}, expected ${wanted?.ending}`,
      );
    const how = kind === 'park' ? ({ kind, reason: 'failed' } as const) : ({ kind } as const);
    assert(now(scene.buffer.take(id, how)) === scene.reference.take(queue, position, kind), `taking ${id}`);
  });

const erase = (queueIndex: number): Command =>
  command(`erase(${queueIndex})`, (scene) => {
    const name = names[queueIndex % names.length] as QueueName;
    noticeForgotten(scene, name);
    const queue = scene.reference.queues.get(nameOf(name));
    if (queue?.epoch !== undefined) scene.formerEpochs.push(queue.epoch);
    const expected = queue === undefined ? 0 : scene.reference.erase(name);
    if (queue?.epoch !== undefined) now(scene.buffer.find(messageId(queue.epoch, 1)));
    const erased = now(scene.buffer.erase(name.address, name.application));
    assert(erased === expected, `${erased} erased, expected ${expected}`);
  });

const forget = (who: number): Command =>
  command(`forget(${who})`, (scene) => {
    const { session, queues } = sessions[who % sessions.length] as (typeof sessions)[number];
    now(scene.buffer.forget(session, queues));
    scene.reference.forget(session, queues);
  });

/** What a session usually comes back with, and now and then what it should not. */
const which = fc.oneof(
  { weight: 20, arbitrary: fc.constant<Which>('newest') },
  { weight: 6, arbitrary: fc.constant<Which>('earlier') },
  { weight: 3, arbitrary: fc.constant<Which>('none') },
  { weight: 1, arbitrary: fc.constantFrom<Which>('future', 'foreign', 'former') },
);

const appends: fc.Arbitrary<Command> = fc
  .record({
    queue: fc.nat(9).map((n) => (n > 4 ? 0 : n)),
    size: fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 20, max: 60 }) },
      { weight: 1, arbitrary: fc.integer({ min: 60, max: 400 }) },
    ),
    ttlSeconds: fc.oneof({ weight: 3, arbitrary: fc.constant(3600) }, { weight: 2, arbitrary: fc.constantFrom(1, 3, 10, 60) }),
    topic: fc.nat(8),
    key: fc.nat(9),
    content: fc.nat(2),
    urgency: fc.constantFrom<Urgency>('low', 'normal', 'high'),
    dropOldest: fc.boolean(),
  })
  .map(append);

const exchanges: fc.Arbitrary<Command> = fc
  .record({
    who: fc.nat(5).map((n) => (n > 3 ? 0 : n)),
    handled: which,
    read: which,
    n: fc.nat(6),
    limited: fc.boolean(),
    newest: fc.nat(3),
    maxBytes: fc.constantFrom(100, 1000, 1_000_000),
    keepMs: fc.constantFrom(1000, 20_000, 60_000),
    left: fc.nat(8),
  })
  .map(exchange);

const advances = fc
  .oneof({ weight: 8, arbitrary: fc.constantFrom(0, 200, 1000, 3000) }, { weight: 2, arbitrary: fc.constantFrom(15_000, 60_000) })
  .map(advance);

const takes = fc
  .tuple(fc.nat(6), fc.nat(8), fc.constantFrom('park' as const, 'withdraw' as const, 'purge' as const))
  .map(([queue, back, kind]) => take(queue, back, kind));

const ends = fc.nat(12).map((n) => (n > 1 ? forget(n) : erase(n)));

/** Every command, as often as it makes for long and eventful lives of queues. */
export const commands: fc.Arbitrary<Command>[] = [
  ...[appends, appends, appends, appends, appends, appends],
  ...[exchanges, exchanges, exchanges],
  ...[advances, advances, takes, ends],
];
