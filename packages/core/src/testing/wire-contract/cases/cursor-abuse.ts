/** Cursors that no correct client sends: protocol §4.1, §4.4, §4.5, §4.7, §2.11. */
import { polledOf } from '../answer.ts';
import type { Wire, WireCase } from '../wire.ts';
import { isFreed } from './acknowledgement.ts';

/** Texts that no server gave out. */
const garbled: readonly (readonly [string, unknown])[] = [
  ['empty text', ''],
  ['a word', 'x'],
  ['a number', '12345'],
  ['a negative number', '-1'],
  ['an exponent', '1e3'],
  ['a path', '../../etc/passwd'],
  ['JSON', '{"epoch":"x","position":1}'],
  ['control characters', 'r\u0000\r\n\u2028'],
  ['5,000 characters', 'r'.repeat(5000)],
  ['30,000 dots', '.'.repeat(30_000)],
  ['a lone surrogate', '\ud800'],
  ['__proto__', '__proto__'],
  ['an object', { toString: 1 }],
  ['an array', ['r']],
  ['a number value', 7],
  ['true', true],
];

/** A client with two messages received and none handled, one of another application, and the ids of the first two. */
async function withBacklog(
  wire: Wire,
): Promise<{ readonly ids: readonly string[]; readonly session: string; readonly cursor: string }> {
  const alice = wire.client('alice');
  await alice.poll();
  const ids = await wire.publisher().to('alice', 1, 2);
  const polled = await alice.poll();
  return { ids, session: alice.session ?? '', cursor: polled.cursor('orders') ?? '' };
}

async function expectKept(wire: Wire, ids: readonly string[]): Promise<void> {
  for (const id of ids) wire.expect(await isFreed(wire, id)).toBe(false);
  wire.expect((await wire.client('alice').poll()).data('orders')).toEqual([1, 2]);
}

function abuse(title: string, value: unknown, member: 'cursor' | 'read'): WireCase {
  return {
    clause: '4.4',
    title: `a garbled ${member} (${title}) is that application's error, and frees nothing`,
    run: async (wire) => {
      const { ids, session } = await withBacklog(wire);
      await wire.publisher('calls').to('alice', 'fine');
      const applications = { orders: { cursor: null, [member]: value }, calls: { cursor: null } };
      const polled = polledOf(await wire.pollRaw('alice', { session, seq: 10, wait: 0, applications }));
      wire.expect([polled.error('orders')?.status, polled.error('orders')?.code]).toEqual([400, 'invalid-cursor']);
      wire.expect(polled.data('calls')).toEqual(['fine']);
      await expectKept(wire, ids);
    },
  };
}

/** Changes one character of a cursor's end, middle or beginning. */
function mutated(cursor: string): readonly string[] {
  const at = (index: number): string => {
    const other = cursor[index] === 'z' ? 'y' : 'z';
    return cursor.slice(0, index) + other + cursor.slice(index + 1);
  };
  const indexes = [0, 1, 2, 5, cursor.length >> 1, cursor.length - 2, cursor.length - 1];
  return [
    ...indexes.map(at),
    `${cursor}0`,
    `${cursor}zzzz`,
    cursor.slice(0, -1),
    `${cursor}.${cursor}`,
    cursor.toUpperCase(),
    cursor.repeat(3),
  ];
}

export const cursorAbuse: readonly WireCase[] = [
  ...garbled.map(([title, value]) => abuse(title, value, 'cursor')),
  abuse('a word', 'x', 'read'),
  abuse('an object', {}, 'read'),
  {
    clause: '4.5',
    title: 'a changed cursor is an error or a reset, and never acknowledges what was not sent',
    run: async (wire) => {
      const { ids, session, cursor } = await withBacklog(wire);
      const start = (await wire.client('alice').poll()).messages('orders')[0]?.cursor ?? '';
      let seq = 10;
      for (const forged of [...mutated(cursor), ...mutated(start)]) {
        if (forged === cursor || forged === start) continue;
        const polled = polledOf(
          await wire.pollRaw('alice', { session, seq: seq++, wait: 0, applications: { orders: { cursor: forged } } }),
        );
        wire
          .expect(polled.status === 204 || polled.error('orders') !== undefined || polled.cursor('orders') !== undefined)
          .toBe(true);
      }
      await wire.publisher().to('alice', 3);
      const later = (await wire.client('alice').poll()).data('orders');
      wire.expect(later.at(-1)).toBe(3);
      wire.expect(ids.length).toBe(2);
    },
  },
  {
    clause: '4.5',
    title: 'no changed cursor acknowledges what was not sent',
    run: async (wire) => {
      const { length } = (await wire.client('alice').poll()).cursor('orders') ?? '';
      for (let index = 0; index < length; index++) {
        const name = `user ${index}`;
        const first = wire.client(name);
        const cursor = (await first.poll()).cursor('orders') ?? '';
        await wire.publisher().to(name, 1, 2);
        first.set('orders', { cursor: `${cursor.slice(0, index)}z${cursor.slice(index + 1)}` });
        await first.poll();
        wire.expect([index, (await wire.client(name).poll()).data('orders')]).toEqual([index, [1, 2]]);
      }
    },
  },
  {
    clause: '4.7',
    title: "another recipient's cursor frees nothing of either, and shows nothing of the other",
    run: async (wire) => {
      const { ids, cursor } = await withBacklog(wire);
      await wire.publisher().to('bob', 'b1');
      const bob = wire.client('bob');
      await bob.poll();
      bob.set('orders', { cursor });
      const polled = await bob.poll();
      wire
        .expect(polled.error('orders') !== undefined || polled.losses('orders').some(([reason]) => reason === 'reset'))
        .toBe(true);
      wire.expect(polled.data('orders').filter((data) => data !== 'b1')).toEqual([]);
      await expectKept(wire, ids);
      wire.expect((await wire.client('bob').poll()).data('orders')).toEqual(['b1']);
    },
  },
  {
    clause: '4.4',
    title: "another application's cursor frees nothing",
    run: async (wire) => {
      const { ids, session, cursor } = await withBacklog(wire);
      await wire.publisher('calls').to('alice', 'c');
      const applications = { calls: { cursor } };
      const polled = polledOf(await wire.pollRaw('alice', { session, seq: 10, wait: 0, applications }));
      wire
        .expect(polled.error('calls') !== undefined || polled.losses('calls').some(([reason]) => reason === 'reset'))
        .toBe(true);
      wire.expect((await wire.client('alice', 'calls').poll()).data('calls')).toEqual(['c']);
      await expectKept(wire, ids);
    },
  },
  {
    clause: '4.7',
    title: 'a cursor that this session was not sent acknowledges nothing',
    run: async (wire) => {
      const first = wire.client('alice');
      await first.poll();
      const ids = await wire.publisher().to('alice', 1, 2);
      const second = wire.client('alice');
      const cursor = (await second.poll()).cursor('orders') ?? null;
      second.handle();
      await second.poll();
      // `first` never received the two and claims them handled with the cursor of `second`.
      const start = first.state('orders').cursor;
      first.set('orders', { cursor });
      await first.poll();
      wire.expect(await isFreed(wire, ids[1])).toBe(false);
      first.set('orders', { cursor: start });
      wire.expect((await first.poll()).data('orders')).toEqual([1, 2]);
    },
  },
  {
    clause: '4.5',
    title: 'a cursor of a life that ended gets gap reset, a new cursor, and what is held now',
    run: async (wire) => {
      const { session, cursor } = await withBacklog(wire);
      wire.expect((await wire.publisher().erase('alice')).status).toBe(200);
      await wire.publisher().to('alice', 'new');
      const body = { session, seq: 10, wait: 20, applications: { orders: { cursor } } };
      const polled = polledOf(await wire.pollRaw('alice', body));
      wire.expect(polled.losses('orders').map(([reason]) => reason)).toEqual(['reset']);
      wire.expect(polled.data('orders')).toEqual(['new']);
      wire.expect(polled.cursor('orders') === cursor).toBe(false);
    },
  },
  {
    clause: '4.5',
    title: 'a reset is told even when nothing is held, and at once',
    run: async (wire) => {
      const { session, cursor } = await withBacklog(wire);
      await wire.publisher().erase('alice');
      const body = { session, seq: 10, wait: 20, applications: { orders: { cursor } } };
      const polled = polledOf(await wire.pollRaw('alice', body));
      wire.expect(polled.losses('orders').map(([reason]) => reason)).toEqual(['reset']);
      wire.expect(typeof polled.cursor('orders')).toBe('string');
    },
  },
  {
    clause: '4.5',
    title: 'an acknowledgement of an ended life frees nothing of the new one',
    run: async (wire) => {
      const { session, cursor } = await withBacklog(wire);
      await wire.publisher().erase('alice');
      const ids = await wire.publisher().to('alice', 1, 2);
      await wire.pollRaw('alice', { session, seq: 10, wait: 0, applications: { orders: { cursor } } });
      await wire.pollRaw('alice', { session, seq: 11, wait: 0, applications: { orders: { cursor } } });
      await expectKept(wire, ids);
    },
  },
];
