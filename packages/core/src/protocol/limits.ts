/**
 * Every bound of the wire, with its default. Bounds are settings: pass some of them to
 * `createCommunicationServer({ limits })`. Sizes are bytes of UTF-8, times are seconds, unless the name says otherwise.
 */
export interface Limits {
  /** Longest time a poll is held, in seconds (1 to 55). @default 25 */
  readonly holdSeconds: number;
  /** A random part of up to this many seconds is taken off each hold, so that polls do not end together. @default 5 */
  readonly holdSpreadSeconds: number;
  /** Age at which a stream is ended, in seconds, give or take a random fifth. @default 300 */
  readonly streamSeconds: number;
  /** Seconds of silence after which a stream sends a heartbeat. @default 15 */
  readonly heartbeatSeconds: number;
  /** A session is forgotten after this long without contact, or 3 of its advised intervals (`hiddenSeconds` is one) where that is longer. @default 60 */
  readonly sessionSeconds: number;
  /** Bytes of one message as stored. @default 65536 */
  readonly messageBytes: number;
  /** Bytes of one publish request. @default 262144 */
  readonly publishBytes: number;
  /** Recipients named by one notification. @default 1000 */
  readonly publishRecipients: number;
  /** Bytes of a poll's body. @default 65536 */
  readonly pollBytes: number;
  /** Bytes of messages that one answer carries; the rest follows at once (`more`). @default 262144 */
  readonly responseBytes: number;
  /** Nesting of a JSON body. @default 32 */
  readonly jsonDepth: number;
  /** Object members of a JSON body, all levels together. @default 1000 */
  readonly jsonKeys: number;
  /** Messages in one queue. @default 1000 */
  readonly queueMessages: number;
  /** Bytes in one queue. @default 1048576 */
  readonly queueBytes: number;
  /** Bytes in all queues of one address. @default 8388608 */
  readonly addressBytes: number;
  /** Bytes in all queues of this server. @default 536870912 (the hub sets half of the machine's memory) */
  readonly bufferBytes: number;
  /** Polls held at once by this server; past it a poll is answered at once with a longer interval. @default 20000 */
  readonly heldPolls: number;
  /** Polls held at once for one recipient; past it a poll is answered at once with a longer interval. @default 4 */
  readonly heldPollsPerRecipient: number;
  /** Sessions of one recipient; past it a new one is refused with 429. @default 16 */
  readonly sessionsPerRecipient: number;
  /** Sessions of this server; past it a new one is refused with 503. @default 100000 */
  readonly sessions: number;
  /** Applications of one session. @default 32 */
  readonly applicationsPerSession: number;
  /** Groups of one session (1 to 111: more do not fit into a cursor). @default 32 */
  readonly groupsPerSession: number;
  /** Time to live of a message whose publisher names none, in seconds. @default 86400 */
  readonly ttlSeconds: number;
  /** Longest time to live that is granted, in seconds; a longer one is reduced to it. @default 2592000 */
  readonly ttlMaxSeconds: number;
  /** How long an empty queue is remembered after its last use, in seconds. @default 86400 */
  readonly stubSeconds: number;
  /** How long an idempotency key is remembered beyond its message, in seconds. @default 86400 */
  readonly keySeconds: number;
  /**
   * Seconds that clients are advised to wait between short polls as long as all their pages are hidden, up to an hour; 0: they go
   * on holding polls. @default 0
   */
  readonly hiddenSeconds: number;
  /** A burst that follows a first message by at most this many milliseconds shares one answer (0 to 20). @default 0 */
  readonly gatherMs: number;
}

/** The defaults of the design, section 4. */
export const defaultLimits: Limits = {
  holdSeconds: 25,
  holdSpreadSeconds: 5,
  streamSeconds: 300,
  heartbeatSeconds: 15,
  sessionSeconds: 60,
  messageBytes: 65_536,
  publishBytes: 262_144,
  publishRecipients: 1000,
  pollBytes: 65_536,
  responseBytes: 262_144,
  jsonDepth: 32,
  jsonKeys: 1000,
  queueMessages: 1000,
  queueBytes: 1_048_576,
  addressBytes: 8_388_608,
  bufferBytes: 536_870_912,
  heldPolls: 20_000,
  heldPollsPerRecipient: 4,
  sessionsPerRecipient: 16,
  sessions: 100_000,
  applicationsPerSession: 32,
  groupsPerSession: 32,
  ttlSeconds: 86_400,
  ttlMaxSeconds: 2_592_000,
  stubSeconds: 86_400,
  keySeconds: 86_400,
  hiddenSeconds: 0,
  gatherMs: 0,
};

/** Seconds for which a silent session is remembered, and with it what it has not acknowledged. */
export function lifetimeSeconds({ sessionSeconds, hiddenSeconds }: Pick<Limits, 'sessionSeconds' | 'hiddenSeconds'>): number {
  return Math.max(sessionSeconds, 3 * hiddenSeconds);
}

/** Text of 1 to 256 UTF-8 bytes that names a recipient, group, topic or idempotency key. */
export const nameBytes = 256;

/** What an application may be called. */
export const applicationPattern: RegExp = /^[a-z][a-z0-9-]{0,62}$/;

/** The version of the wire that this code speaks. */
export const wireVersion = 1;
