/** The message buffer contract catches scripts with a fault. */
import { defaultLimits } from '@pollux/core';
import { afterAll, describe, expect, it } from 'vitest';
import type { RedisBufferOptions } from '../src/index.ts';
import { openWithScripts } from '../src/redis-buffer.ts';
import { createScripts, type Scripts, script } from '../src/scripts/index.ts';
import { startRedis } from '../src/testing/index.ts';
import { failingCases } from './support/contract.ts';

const redis = await startRedis();
afterAll(() => redis[Symbol.asyncDispose]());

/** A fault: the case that catches it, what stands in which script, and what stands there instead. */
type Fault = readonly [name: string, by: string, where: keyof Scripts, right: string, wrong: string];

const faults: readonly Fault[] = [
  [
    'reads and deletes',
    '§3.10 reading takes nothing away',
    'exchange',
    "call('LRANGE', queue.list, index, index + 63)",
    "call('LPOP', queue.list, 64) or {}",
  ],
  [
    'acknowledges one too many',
    '§4.6 a lower place reads again what is held, and frees nothing',
    'exchange',
    'local count = indexAfter(queue, lowest)',
    'local count = indexAfter(queue, lowest) + 1',
  ],
  [
    'acknowledges one too few',
    '§4.6 a lower place reads again what is held, and frees nothing',
    'exchange',
    'if place[1] > queue.h',
    'place[1] = math.max(0, place[1] - 1) if place[1] > queue.h',
  ],
  [
    'frees for the fastest session',
    '§4.7 with a limit nothing beyond it is acknowledged or skipped',
    'exchange',
    'place[1] < lowest',
    'place[1] > lowest',
  ],
  [
    'keeps places of silent sessions',
    "§5.2 a silent session's place is kept for keepMs, and no longer",
    'exchange',
    'if place[2] <= now then',
    'if place[2] < 0 then',
  ],
  [
    'believes acknowledgements of the future',
    'port: neither acknowledges nor skips beyond the limit',
    'exchange',
    'math.min(handledTo, limit) or nil',
    'handledTo or nil',
  ],
  [
    'does not compare epochs',
    '§4.5 a place of another epoch resets: nothing freed, reading from the oldest',
    'exchange',
    "epoch == '' or (epoch == queue.e and position <= queue.l)",
    "epoch == '' or position <= queue.l",
  ],
  [
    'reads without a bound',
    '§8.1 reading stops after maxBytes, says more, and goes on from there',
    'exchange',
    'if bytes > maxBytes and #found > 0',
    'if false',
  ],
  [
    'does not expire in logs',
    '§6.5 logs expire, too, and tell those behind',
    'follow',
    'expireDue(queue)\n  noteSent',
    'noteSent',
  ],
  [
    'goes on in logs one too far',
    '§1.3 queues are told apart by kind, name and application, whatever they hold',
    'follow',
    "call('LRANGE', queue.list, standing, -1)",
    "call('LRANGE', queue.list, standing + 1, -1)",
  ],
  [
    'forgets the losses of logs',
    '§6.5 logs expire, too, and tell those behind',
    'follow',
    "queue.L or '', isKnown",
    "'', isKnown",
  ],
  [
    'forgets the losses',
    '§9.8 drop-oldest drops exactly what is needed, and tells',
    'exchange',
    "queue.L or '', found }",
    "'', found }",
  ],
  [
    'reuses a position',
    '§1.6 positions begin at 1, grow by one, and the outcomes stand in the order of the entries',
    'append',
    "queue:set('l', position)",
    "if position ~= 2 then queue:set('l', position) end",
  ],
  [
    'answers before it stores',
    '§1.6 what was stored is read in order, as it was stored',
    'append',
    "call('RPUSH', queue.list, header .. '\\n' .. members)",
    'local _ = header',
  ],
  [
    'does not know keys again',
    '§9.6 the same key and content is a duplicate with the first id, other content a conflict',
    'append',
    'if tonumber(untilMs) > now then',
    'if false then',
  ],
  [
    'takes any content under a known key',
    '§9.6 the same key and content is a duplicate with the first id, other content a conflict',
    'append',
    'if print == fingerprint then',
    'if true then',
  ],
  [
    'keeps what a topic replaces',
    '§9.7 a newer message of a topic replaces the pending one, at the tail, and names it',
    'append',
    "if replaced then leave(queue, replaced, index, 'c') end",
    '',
  ],
  [
    'forgets since when a topic waits',
    "§9.7 the newer one inherits the older one's latency clock, and has a life of its own",
    'append',
    'local waited = replaced and math.max(0, now - replaced.waitingSince) or 0',
    'local waited = 0',
  ],
  [
    'has room for one more',
    '§9.7 in a full queue a newer message of a pending topic succeeds, and no other',
    'append',
    'count > QUEUE_MESSAGES',
    'count > QUEUE_MESSAGES + 1',
  ],
  [
    'ignores the bound of the buffer',
    '§9.8 the buffer holds its bytes over all addresses',
    'append',
    "growth > BUFFER_BYTES then return 'buffer'",
    "growth < 0 then return 'buffer'",
  ],
  [
    'ignores the bound of an address',
    '§9.8 an address holds its bytes over all its queues',
    'append',
    "growth > ADDRESS_BYTES then return 'address'",
    "growth < 0 then return 'address'",
  ],
  [
    'drops although the rule says reject',
    '§9.7 in a full queue a newer message of a pending topic succeeds, and no other',
    'append',
    "(drop >= free and overflow == 'reject')",
    'false',
  ],
  [
    'drops in silence',
    '§9.8 drop-oldest drops exactly what is needed, and tells',
    'append',
    "lose(queue, cutFront(queue, drop), 'o')",
    'cutFront(queue, drop)',
  ],
  [
    'lets messages live on',
    '§6.5 an expired message is not read, and is a loss with its position',
    'exchange',
    'if message.expires <= now then\n      -- A long',
    'if message.expires < 0 then\n      -- A long',
  ],
  [
    'expires the front alone',
    '§6.5 a long-lived message does not hold back the expiry of those behind and between',
    'exchange',
    "else call('LSET', queue.list, i - 1, '') end",
    'end',
  ],
  ['does not sweep stubs', '§6.6 forgetting a stub ends its epoch', 'sweep', 'if isEmpty and idle <= now then', 'if false then'],
  [
    'sweeps what is used',
    '§6.6 a stub that is used is not forgotten',
    'sweep',
    'local idle = forgottenFrom(queue)',
    'local idle = now',
  ],
  [
    'forgets visitors who are there',
    '§13.1 empty queues count; those of visitors who came once and have gone do not keep a message out',
    'sweep',
    'last = math.max(last, place[2])',
    'last = 0',
  ],
  [
    'keeps visitors who have gone',
    '§13.1 empty queues count; those of visitors who came once and have gone do not keep a message out',
    'sweep',
    'BUFFER_BYTES / 2',
    'BUFFER_BYTES * 1000',
  ],
  [
    'forgets no key',
    '§9.6 a key is forgotten keySeconds after its message, and counts for nothing then',
    'sweep',
    'if untilMs <= now then',
    'if untilMs < 0 then',
  ],
  [
    'leaks bytes of keys',
    '§9.6 a key is forgotten keySeconds after its message, and counts for nothing then',
    'sweep',
    'grow(queue.address, -#gone * KEY_BYTES)',
    '',
  ],
  [
    'parks as purged',
    '§6.8 a parked message is not read any more, is kept with its reason, and the others flow',
    'take',
    "lose(queue, { message }, 'p')",
    "lose(queue, { message }, 'u')",
  ],
  [
    'withdraws with a loss',
    '§6.4 a withdrawn message leaves no loss and no position to reuse',
    'take',
    "leave(queue, message, index, 'w')",
    "cutAt(queue, message, index) lose(queue, { message }, 'u')",
  ],
  ['erases without telling', 'port: watchers are told of an erasure', 'erase', "tell(queue, 'r', gone)", ''],
  [
    'leaves parked bytes behind',
    '§10.3 erasing an address of all applications takes all of it, parked messages and keys too',
    'erase',
    'for _, message in ipairs(held) do bytes = bytes + message.size end',
    '',
  ],
  [
    'does not forget a session',
    '§5.2 a forgotten session holds nothing back from the next acknowledgement on',
    'forget',
    'queue.p[session] = nil',
    '',
  ],
  [
    'restores without losses',
    'port: what moved keeps losses, keys, topics and parked messages',
    'restore',
    "queue:set('L', ARGV[i + 1])",
    '',
  ],
  [
    'answers with the echo of another',
    '§1.6 what was stored is read in order, as it was stored',
    'exchange',
    'return { echo, removed, readings }',
    "return { echo .. 'x', removed, readings }",
  ],
  [
    'wakes nobody',
    'port: a node is told of what another appended to a queue that it reads',
    'append',
    'readers[#readers + 1] = name',
    'local _ = name',
  ],
  [
    'tells every reason as expired',
    'port: watchers are told of every message that left, once, with the reason',
    'exchange',
    "tell(queue, 'a', positionsOf(gone))",
    "tell(queue, 'e', positionsOf(gone))",
  ],
];

const opening = (makeScripts: typeof createScripts) => (more: Partial<RedisBufferOptions>) =>
  openWithScripts({ url: redis.url, ...more }, makeScripts);

describe('the contract catches a Redis buffer', () => {
  it('that is sound: not at all', { timeout: 60_000 }, async () => {
    expect(await failingCases(opening(createScripts))).toEqual([]);
  });

  for (const [name, by, where, right, wrong] of faults) {
    it(`that ${name}: by "${by}"`, { timeout: 60_000 }, async () => {
      const faulty: typeof createScripts = (limits) => {
        const scripts = createScripts(limits);
        return { ...scripts, [where]: script(scripts[where].text.replace(right, () => wrong)) };
      };
      // Outside the runner, which would take a fault that is not there for one that is caught.
      expect(createScripts(defaultLimits)[where].text).toContain(right);
      // One case that is known to pass with the right script: to go through all of them for each fault takes minutes.
      expect(await failingCases(opening(faulty), { only: by })).toHaveLength(1);
    });
  }
});
