/** Reasons by the letters that stand for them in the scripts. */
import type { GapReason } from '@pollux/core';
import type { Loss, Removal } from '@pollux/core/server';

type Reason = GapReason | Removal['reason'];

const letters: Readonly<Record<Reason, string>> = {
  acknowledged: 'a',
  expired: 'e',
  overflow: 'o',
  collapsed: 'c',
  withdrawn: 'w',
  parked: 'p',
  purged: 'u',
  erased: 'r',
  reset: 'z',
};
const reasons = new Map(Object.entries(letters).map(([reason, letter]) => [letter, reason as Reason]));

/** Every reason for which a message leaves. */
export const removalReasons = Object.keys(letters).filter((reason) => reason !== 'reset') as readonly Removal['reason'][];

export function reasonLetter(reason: Reason): string {
  return letters[reason];
}

export function parseRemovalReason(letter: string): Removal['reason'] {
  return reasons.get(letter) as Removal['reason'];
}

/** Reads a ledger: `reason from to count;` each, the count `-` where it is not known. */
export function parseLosses(text: string): readonly Loss[] {
  if (text === '') return [];
  return text
    .slice(0, -1)
    .split(';')
    .map((entry) => {
      const [from, to, count] = entry.slice(1).split(' ');
      const reason = reasons.get(entry.slice(0, 1)) as GapReason;
      return { reason, from: Number(from), to: Number(to), count: count === '-' ? undefined : Number(count) };
    });
}

export function formatLosses(losses: readonly Loss[]): string {
  return losses.map(({ reason, from, to, count }) => `${letters[reason]}${from} ${to} ${count ?? '-'};`).join('');
}

/** Reads the notes of endings: `reason position;` each. */
export function parseEndings(text: string): readonly (readonly [number, Removal['reason']])[] {
  if (text === '') return [];
  return text
    .slice(0, -1)
    .split(';')
    .map((entry) => [Number(entry.slice(1)), parseRemovalReason(entry.slice(0, 1))] as const);
}

export function formatEndings(endings: readonly (readonly [number, Removal['reason']])[]): string {
  return endings.map(([position, reason]) => `${letters[reason]}${position};`).join('');
}
