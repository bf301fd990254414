import type { StatsSnapshot } from '@pollux/admin/contract';
import { formatBytes, plural } from './format.ts';

/** Where messages wait, in a few words, with the figure that says most. */
export function storageOf({ grade, figures }: StatsSnapshot['storage']): string {
  const { fileBytes, connections } = figures;
  if (grade === 'disk') return fileBytes === undefined ? 'kept on disk' : `kept on disk in ${formatBytes(fileBytes)}`;
  if (grade === 'redis')
    return connections === undefined ? 'kept in Redis' : `kept in Redis, ${plural(connections, 'connection')}`;
  return 'kept in memory only';
}
