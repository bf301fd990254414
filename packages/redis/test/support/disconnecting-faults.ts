/** Faults of scripts that tell nodes who is disconnected. */
import type { Fault } from './faults.ts';

export const disconnectingFaults: readonly Fault[] = [
  [
    'disconnects who disconnects',
    '§7.7 a node is told whom another one disconnects, and not whom it disconnects itself',
    'hear',
    'if node ~= ARGV[2] and',
    'if',
  ],
  [
    'hears all of it again',
    '§7.7 a node is told whom another one disconnects, and not whom it disconnects itself',
    'hear',
    'isKnown and tonumber(known) - count or 0, -1',
    '0, -1',
  ],
  [
    'hears nothing',
    '§7.7 a node is told whom another one disconnects, and not whom it disconnects itself',
    'disconnect',
    "call('HINCRBY', KEYS[1], 'disconnects', 1)",
    '',
  ],
];
