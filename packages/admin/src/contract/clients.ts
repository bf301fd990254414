export interface ClientApplication {
  readonly application: string;
  readonly delivered: number;
  /** Unknown where the buffer cannot tell without asking. */
  readonly pending?: number | undefined;
  readonly maxDelay?: number | undefined;
}

export interface ClientRow {
  readonly session: string;
  readonly recipient: string;
  readonly groups: readonly string[];
  readonly openedMs: number;
  readonly lastContactMs: number;
  readonly transport: 'short-poll' | 'long-poll' | 'stream';
  /** Set while a poll is held: since when. */
  readonly heldSinceMs?: number | undefined;
  readonly polls: number;
  readonly delivered: number;
  readonly pending: number;
  readonly applications: readonly ClientApplication[];
}

export type ClientSort = 'recipient' | 'openedMs' | 'lastContactMs' | 'delivered' | 'pending' | 'polls';

export interface ClientsInput {
  readonly filter?: string | undefined;
  /** Only sessions that registered this application. */
  readonly application?: string | undefined;
  readonly sort?: ClientSort | undefined;
  readonly descending?: boolean | undefined;
  readonly offset?: number | undefined;
  /** At most 200. @default 50 */
  readonly limit?: number | undefined;
}

export interface ClientsPage {
  readonly rows: readonly ClientRow[];
  readonly total: number;
  readonly nowMs: number;
}
