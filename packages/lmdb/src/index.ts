export { type LmdbBufferOptions, openLmdbBuffer } from './lmdb-buffer.ts';
export type { RecordKey, RecordKind } from './record.ts';
export type { Change, Store } from './store.ts';
