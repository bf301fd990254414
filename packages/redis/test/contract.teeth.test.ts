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

/** A fault: what stands in which script, and what stands there instead. */
type Fault = readonly [name: string, where: keyof Scripts, right: string, wrong: string];

const faults: readonly Fault[] = [
  ['reads and deletes', 'exchange', "call('LRANGE', queue.list, index, index + 63)", "call('LPOP', queue.list, 64) or {}"],
  [
    'acknowledges one too many',
    'exchange',
    'local count = indexAfter(queue, lowest)',
    'local count = indexAfter(queue, lowest) + 1',
  ],
  ['acknowledges one too few', 'exchange', 'if place[1] > queue.h', 'place[1] = math.max(0, place[1] - 1) if place[1] > queue.h'],
  ['frees for the fastest session', 'exchange', 'place[1] < lowest', 'place[1] > lowest'],
  ['keeps places of silent sessions', 'exchange', 'if place[2] <= now then', 'if place[2] < 0 then'],
  ['believes acknowledgements of the future', 'exchange', 'math.min(handledTo, limit) or nil', 'handledTo or nil'],
  [
    'does not compare epochs',
    'exchange',
    "epoch == '' or (epoch == queue.e and position <= queue.l)",
    "epoch == '' or position <= queue.l",
  ],
  ['reads without a bound', 'exchange', 'if bytes > maxBytes and #found > 0', 'if false'],
  ['does not expire in logs', 'follow', 'expireDue(queue)\n  noteSent', 'noteSent'],
  [
    'goes on in logs one too far',
    'follow',
    "call('LRANGE', queue.list, standing, -1)",
    "call('LRANGE', queue.list, standing + 1, -1)",
  ],
  ['forgets the losses of logs', 'follow', "queue.L or '', isKnown", "'', isKnown"],
  ['forgets the losses', 'exchange', "queue.L or '', found }", "'', found }"],
  ['reuses a position', 'append', "queue:set('l', position)", "if position ~= 2 then queue:set('l', position) end"],
  ['answers before it stores', 'append', "call('RPUSH', queue.list, header .. '\\n' .. members)", 'local _ = header'],
  ['does not know keys again', 'append', 'if tonumber(untilMs) > now then', 'if false then'],
  ['takes any content under a known key', 'append', 'if print == fingerprint then', 'if true then'],
  ['keeps what a topic replaces', 'append', "if replaced then leave(queue, replaced, index, 'c') end", ''],
  [
    'forgets since when a topic waits',
    'append',
    'local waited = replaced and now - replaced.waitingSince or 0',
    'local waited = 0',
  ],
  ['has room for one more', 'append', 'count > QUEUE_MESSAGES', 'count > QUEUE_MESSAGES + 1'],
  ['ignores the bound of the buffer', 'append', "growth > BUFFER_BYTES then return 'buffer'", "growth < 0 then return 'buffer'"],
  [
    'ignores the bound of an address',
    'append',
    "growth > ADDRESS_BYTES then return 'address'",
    "growth < 0 then return 'address'",
  ],
  ['drops although the rule says reject', 'append', "(drop >= free and overflow == 'reject')", 'false'],
  ['drops in silence', 'append', "lose(queue, cutFront(queue, drop), 'o')", 'cutFront(queue, drop)'],
  [
    'lets messages live on',
    'exchange',
    'if message.expires <= now then\n      -- A long',
    'if message.expires < 0 then\n      -- A long',
  ],
  ['expires the front alone', 'exchange', "else call('LSET', queue.list, i - 1, '') end", 'end'],
  ['does not sweep stubs', 'sweep', 'if isEmpty and idle <= now then', 'if false then'],
  ['sweeps what is used', 'sweep', 'local idle = queue.u + STUB_MS', 'local idle = now'],
  ['forgets no key', 'sweep', 'if untilMs <= now then', 'if untilMs < 0 then'],
  ['leaks bytes of keys', 'sweep', 'grow(queue.address, -#gone * KEY_BYTES)', ''],
  ['parks as purged', 'take', "lose(queue, { message }, 'p')", "lose(queue, { message }, 'u')"],
  [
    'withdraws with a loss',
    'take',
    "leave(queue, message, index, 'w')",
    "cutAt(queue, message, index) lose(queue, { message }, 'u')",
  ],
  ['erases without telling', 'erase', "tell(queue, 'r', gone)", ''],
  ['leaves parked bytes behind', 'erase', 'for _, message in ipairs(held) do bytes = bytes + message.size end', ''],
  ['does not forget a session', 'forget', 'queue.p[session] = nil', ''],
  ['restores without losses', 'restore', "queue:set('L', ARGV[i + 1])", ''],
  [
    'answers with the echo of another',
    'exchange',
    'return { echo, removed, readings }',
    "return { echo .. 'x', removed, readings }",
  ],
  ['wakes nobody', 'append', 'readers[#readers + 1] = name', 'local _ = name'],
  ['tells every reason as expired', 'exchange', "tell(queue, 'a', positionsOf(gone))", "tell(queue, 'e', positionsOf(gone))"],
];

const opening = (makeScripts: typeof createScripts) => (more: Partial<RedisBufferOptions>) =>
  openWithScripts({ url: redis.url, ...more }, makeScripts);

describe('the contract catches a Redis buffer', () => {
  it('that is sound: not at all', { timeout: 60_000 }, async () => {
    expect(await failingCases(opening(createScripts))).toEqual([]);
  });

  for (const [name, where, right, wrong] of faults) {
    it(`that ${name}`, { timeout: 60_000 }, async () => {
      const faulty: typeof createScripts = (limits) => {
        const scripts = createScripts(limits);
        return { ...scripts, [where]: script(scripts[where].text.replace(right, () => wrong)) };
      };
      // Outside the runner, which would take a fault that is not there for one that is caught.
      expect(createScripts(defaultLimits)[where].text).toContain(right);
      expect((await failingCases(opening(faulty), { bail: true })).length).toBe(1);
    });
  }
});
