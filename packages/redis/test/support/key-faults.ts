/** Faults of scripts that remember idempotency keys. */
import type { Fault } from './faults.ts';

export const keyFaults: readonly Fault[] = [
  [
    'gives up no keys',
    '§9.6 keys that would fill an address keep no message out: those that end first give way',
    'append',
    'if #found * KEY_BYTES < bytes then\n',
    'if #found >= 0 then\n',
  ],
  [
    'gives up the newest keys',
    '§9.6 keys that would fill an address keep no message out: those that end first give way',
    'append',
    'return a[1] < b[1]\n',
    'return a[1] > b[1]\n',
  ],
  [
    'gives up keys of what waits',
    '§9.6 keys that would fill an address keep no message out: those that end first give way',
    'append',
    'if isGone(position) then found',
    'if position then found',
  ],
  [
    'takes what was replaced for waiting',
    '§9.6 keys of what was replaced give way, too, however long something older waits',
    'append',
    'held ~= nil and not held[position]',
    'false',
  ],
  ['gives up all keys at once', '§9.6 no more keys give way than half of what there may be', 'append', '#found * 0.25', '#found'],
  [
    'lets keys grow',
    '§9.6 a log that drops its oldest does not grow beyond its bound by keys',
    'append',
    'if excess > 0 then giveUpKeys(queue.address, excess) end',
    '',
  ],
  [
    'keeps keys of others in the way',
    '§9.6 while more than half of the buffer is taken keys end earlier, whoever they are of, and make room for everyone',
    'sweep',
    'if isCrowded then walk() end',
    '',
  ],
  [
    'forgets keys early with room enough',
    '§9.6 while half of the buffer is free no key ends before its time',
    'sweep',
    'if isCrowded then walk() end',
    'walk() for i = 1, #due do end now = now + KEYED_MS * 2 walk()',
  ],
  [
    'forgets no key',
    '§9.6 a key is forgotten keySeconds after its message, and counts for nothing then',
    'sweep',
    'if untilMs <= now or (untilMs <= soon',
    'if untilMs < 0 or (untilMs < 0',
  ],
  [
    'leaks bytes of keys',
    '§9.6 a key is forgotten keySeconds after its message, and counts for nothing then',
    'sweep',
    'grow(queue.address, -#gone * KEY_BYTES)',
    '',
  ],
];
