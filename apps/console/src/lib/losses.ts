/** What a queue has lost, in a few words: the buffer remembers each stretch of positions, people ask how many and why. */
import type { QueueRow } from '@pollux/admin/contract';
import { formatShort } from './format.ts';

export function lossesOf(losses: readonly Pick<QueueRow['losses'][number], 'reason' | 'count'>[]): string {
  const reasons = [...new Set(losses.map((loss) => loss.reason))];
  return reasons
    .map((reason) => {
      const counts = losses.filter((loss) => loss.reason === reason).map((loss) => loss.count);
      const known = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
      if (known === 0) return `some ${reason}`;
      return `${counts.includes(undefined) ? 'at least ' : ''}${formatShort(known)} ${reason}`;
    })
    .join(', ');
}
