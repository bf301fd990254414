/**
 * Every failure that a peer can run into, with its HTTP status: the one table from which problem documents (RFC 9457)
 * are made. No other code decides a status.
 */
export const problems = {
  'malformed-json': { status: 400, title: 'The body is not valid JSON' },
  'invalid-field': { status: 400, title: 'A field has a wrong value' },
  'unsupported-version': { status: 400, title: 'This version of the wire is not spoken here' },
  'invalid-cursor': { status: 400, title: 'The cursor is not one that this server gave out' },
  'json-too-deep': { status: 400, title: 'The JSON is nested too deeply' },
  'json-too-many-keys': { status: 400, title: 'The JSON has too many members' },
  unauthenticated: { status: 401, title: 'No valid credential came with the request' },
  forbidden: { status: 403, title: 'The credential does not cover this' },
  'origin-not-allowed': { status: 403, title: 'Requests from this origin are not allowed' },
  'not-found': { status: 404, title: 'There is nothing at this address' },
  'unknown-application': { status: 404, title: 'No such application' },
  'unknown-notification': { status: 404, title: 'No such notification' },
  'unknown-session': { status: 404, title: 'No such session of this caller' },
  'method-not-allowed': { status: 405, title: 'The method is not offered here' },
  superseded: { status: 409, title: 'A newer poll of this session took over' },
  'key-conflict': { status: 409, title: 'The idempotency key was used with other content' },
  'payload-too-large': { status: 413, title: 'The body is larger than the bound' },
  'message-too-large': { status: 413, title: 'The message is larger than the bound' },
  'unsupported-media-type': { status: 415, title: 'The body is of a media type or coding that is not taken here' },
  'contract-mismatch': { status: 422, title: "The payload does not match the application's contract" },
  'fetch-target-not-allowed': { status: 422, title: 'The fetch target is outside what the application registered' },
  'queue-full': { status: 429, title: 'The queue is full' },
  'address-full': { status: 429, title: 'The address holds too much' },
  'too-many-applications': { status: 429, title: 'This session asks for too many applications' },
  'too-many-sessions': { status: 429, title: 'This recipient has too many sessions' },
  internal: { status: 500, title: 'The server failed' },
  'unsupported-transfer-coding': { status: 501, title: 'The body comes in a transfer coding that is not understood here' },
  'buffer-full': { status: 503, title: 'The server holds too much' },
  'buffer-unavailable': { status: 503, title: 'The message buffer is not available' },
  'identity-unavailable': { status: 503, title: 'Who is calling cannot be found out at present' },
  draining: { status: 503, title: 'The server is shutting down' },
  'server-full': { status: 503, title: 'The server has too many sessions' },
} as const;

/** A failure by its name in the table above. */
export type ProblemCode = keyof typeof problems;

/** A problem document (RFC 9457) as it stands on the wire, `type` being `urn:pollux:problem:{code}`. */
export interface Problem {
  readonly type: string;
  readonly code: ProblemCode;
  readonly title: string;
  readonly status: number;
  /** What exactly was wrong, with the offending field and the bound; never a stack, a path or somebody else's data. */
  readonly detail?: string;
  /** The field at fault, as a dotted path into the request. */
  readonly field?: string;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number;
}

/** Makes the problem document of a code. */
export function problem(
  code: ProblemCode,
  more?: { readonly detail?: string; readonly field?: string; readonly retryAfter?: number },
): Problem {
  const { status, title } = problems[code];
  return { type: `urn:pollux:problem:${code}`, code, title, status, ...more };
}

/** Stands among notifications for one that was found wrong before: it is refused with this problem. */
export class Refusal {
  readonly problem: Problem;

  constructor(found: Problem) {
    this.problem = found;
  }
}

/** A problem thrown where a caller in the same process did what a correct one cannot do. */
export class CommunicationError extends Error {
  override readonly name = 'CommunicationError';
  readonly problem: Problem;

  constructor(found: Problem, options?: ErrorOptions) {
    super(found.detail ? `${found.title}: ${found.detail}` : found.title, options);
    this.problem = found;
  }

  /** The name of the failure, for programs. */
  get code(): ProblemCode {
    return this.problem.code;
  }
}
