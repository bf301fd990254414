/** How life-cycle events read: names, colours and one sentence each. */
import type { FeedKind, FeedRow } from '@pollux/admin/contract';
import { addressName } from './address.ts';
import { formatBytes, formatDuration, plural } from './format.ts';
import { visible } from './visible.ts';

export type Tone = 'blue' | 'violet' | 'green' | 'amber' | 'red' | 'grey';

export interface KindStyle {
  readonly label: string;
  readonly tone: Tone;
}

export const kindStyles: Readonly<Record<FeedKind, KindStyle>> = {
  accepted: { label: 'Accepted', tone: 'blue' },
  delivered: { label: 'Delivered', tone: 'violet' },
  acknowledged: { label: 'Acknowledged', tone: 'green' },
  removed: { label: 'Removed', tone: 'amber' },
  refused: { label: 'Refused', tone: 'red' },
  failed: { label: 'Failed', tone: 'red' },
  gap: { label: 'Gap', tone: 'red' },
  'session-opened': { label: 'Opened', tone: 'grey' },
  'session-closed': { label: 'Closed', tone: 'grey' },
  'poll-superseded': { label: 'Superseded', tone: 'amber' },
  'poll-held': { label: 'Poll held', tone: 'grey' },
  'poll-answered': { label: 'Poll answered', tone: 'grey' },
  'buffer-failed': { label: 'Buffer failed', tone: 'red' },
};

/** Groups of kinds that a person switches together. */
export const kindGroups: readonly { readonly id: string; readonly label: string; readonly kinds: readonly FeedKind[] }[] = [
  { id: 'accepted', label: 'Accepted', kinds: ['accepted'] },
  { id: 'delivered', label: 'Delivered', kinds: ['delivered'] },
  { id: 'acknowledged', label: 'Acknowledged', kinds: ['acknowledged'] },
  { id: 'lost', label: 'Removed', kinds: ['removed', 'gap'] },
  { id: 'errors', label: 'Errors', kinds: ['refused', 'failed', 'buffer-failed', 'poll-superseded'] },
  { id: 'sessions', label: 'Sessions', kinds: ['session-opened', 'session-closed'] },
  { id: 'polls', label: 'Polls', kinds: ['poll-held', 'poll-answered'] },
];

/** Shown unless somebody chooses otherwise: everything but the polls themselves. */
export const defaultGroups: readonly string[] = kindGroups.filter((group) => group.id !== 'polls').map((group) => group.id);

/** The messages that it is about: by type where there is one, else by number. */
function messagesOf(row: FeedRow): string {
  const count = row.count ?? 0;
  if (!row.type) return plural(count, 'message');
  return count > 1 ? `${row.type} and ${count - 1} more` : row.type;
}

/** What the event is about, in a few words. */
export function subjectOf(row: FeedRow): string {
  return visible(plainSubjectOf(row));
}

function plainSubjectOf(row: FeedRow): string {
  switch (row.kind) {
    case 'accepted':
      return row.message === 'withdrawn' ? 'withdrawal' : (row.type ?? '');
    case 'delivered':
    case 'acknowledged':
      return messagesOf(row);
    case 'removed':
      return `${messagesOf(row)}, ${row.reason ?? ''}`;
    case 'session-opened':
    case 'session-closed':
      return row.kind === 'session-opened' ? `for ${row.reason ?? ''}` : (row.reason ?? '');
    case 'poll-answered':
      return row.count ? `with ${plural(row.count, 'message')}` : `empty (${row.status ?? ''})`;
    case 'poll-held':
    case 'poll-superseded':
      return row.session ?? '';
    case 'refused':
    case 'failed':
    case 'gap':
    case 'buffer-failed':
      return row.reason ?? '';
  }
}

/** The measure that belongs to it: a size, a wait, a poll. */
export function measureOf(row: FeedRow): string {
  switch (row.kind) {
    case 'accepted':
      return row.bytes === undefined ? '' : formatBytes(row.bytes);
    case 'delivered':
      return `poll ${row.poll ?? ''}`;
    case 'poll-answered':
      return row.heldMs === undefined ? '' : `held ${formatDuration(row.heldMs)}`;
    default:
      return '';
  }
}

/** Whom it concerns. */
export function targetOf(row: FeedRow): string {
  if (row.kind === 'delivered' || row.kind === 'acknowledged' || !row.address)
    return row.recipient === undefined ? (row.address ? addressName(row.address) : '') : visible(row.recipient);
  return addressName(row.address);
}
