/** The ledger of a queue's losses: bounded, exact where it can be, honest (`undefined`) where it cannot. */
import type { GapReason } from '../protocol/types.ts';
import type { Loss } from './message-buffer.ts';

/** Losses that one ledger tells apart; older ones of the same reason are merged. */
const ledgerLength = 48;

/** Adds the loss of one position, later than all in the ledger of the same reason or within them. */
export function addLoss(ledger: Loss[], reason: GapReason, position: number): void {
  for (let i = ledger.length - 1; i >= 0; i--) {
    const loss = ledger[i];
    if (loss === undefined || loss.reason !== reason) continue;
    if (loss.to === position - 1 && isSolid(loss)) {
      ledger[i] = { reason, from: loss.from, to: position, count: position - loss.from + 1 };
      return;
    }
    break;
  }
  ledger.push({ reason, from: position, to: position, count: 1 });
  if (ledger.length > ledgerLength) mergeOldest(ledger);
}

/** How many of a loss fall after `after` and up to `upTo`; `undefined` where it is not known. */
export function lossWithin(loss: Loss, after: number, upTo: number): number | undefined {
  if (loss.to <= after || loss.from > upTo) return 0;
  if (isSolid(loss)) return Math.min(loss.to, upTo) - Math.max(loss.from - 1, after);
  return loss.from > after && loss.to <= upTo ? loss.count : undefined;
}

/** The losses that a reader after a position has not been told. */
export function lossesAfter(ledger: readonly Loss[], after: number): readonly Loss[] {
  const last = ledger.length === 0 ? noLosses : ledger.filter((loss) => loss.to > after);
  return last.length === 0 ? noLosses : last;
}

/** Shared by all readings without a loss. */
export const noLosses: readonly Loss[] = [];

/** Whether every position from first to last was lost for this reason. */
function isSolid(loss: Loss): boolean {
  return loss.count === loss.to - loss.from + 1;
}

function mergeOldest(ledger: Loss[]): void {
  for (const [i, first] of ledger.entries()) {
    const j = ledger.findIndex((loss, index) => index > i && loss.reason === first.reason);
    const second = ledger[j];
    if (second === undefined) continue;
    const count = first.count === undefined || second.count === undefined ? undefined : first.count + second.count;
    const merged = { reason: first.reason, from: Math.min(first.from, second.from), to: Math.max(first.to, second.to), count };
    ledger.splice(j, 1);
    ledger[i] = merged;
    return;
  }
}
