/** What the call desk tells about a call: every message carries all of it, so the newest one is enough. */
export interface Call {
  readonly id: string;
  /** Grows with each change; an older one is out of date. */
  readonly version: number;
  /** Whose phone rings: the recipient. */
  readonly agent: string;
  readonly desk: string;
  readonly caller: Caller;
  readonly subject: string;
  readonly state: 'ringing' | 'talking' | 'ended';
  readonly offeredMs: number;
  readonly takenMs?: number;
  readonly takenOn?: 'portal' | 'desk phone';
  readonly endedMs?: number;
  readonly outcome?: Outcome;
}

export interface Caller {
  readonly name: string;
  readonly town: string;
  readonly number: string;
}

export type Outcome = 'completed' | 'hung up' | 'declined' | 'passed on';

/** The types of the messages. */
export type CallMessageType = 'call.offered' | 'call.taken' | 'call.ended';
