import type { Gap, GapReason } from '@pollux/core';

const reasons: Readonly<Record<GapReason, string>> = {
  expired: 'too old to be kept',
  overflow: 'the queue was full',
  reset: 'the server has started anew',
  purged: 'removed by an operator',
  parked: 'set aside after failing',
  acknowledged: 'handled by another of your windows',
};

/** An announced loss in words: how many where it is known, and why. */
export function describeGap(gap: Gap): string {
  const counts = gap.losses.map(({ count }) => count);
  const known = counts.every((count) => count !== undefined);
  const total = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  const missed = known && total > 0 ? `${total} missed` : 'Some may have been missed';
  const why = [...new Set(gap.losses.map(({ reason }) => reasons[reason]))].join(', ');
  return `${missed}, reloaded${why ? ` (${why})` : ''}`;
}
