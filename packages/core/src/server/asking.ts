/** From a poll's body to what is asked of the buffer: applications checked one by one, cursors turned into places. */
import type { Place } from '../buffer/message-buffer.ts';
import { parseCursor } from '../protocol/cursor.ts';
import { type Problem, problem } from '../protocol/problem.ts';
import { isProblem, parsePollApplication, wrongCursor } from '../protocol/requests.ts';
import type { PollApplication, PollRequest } from '../protocol/types.ts';
import type { ClientIdentity } from './communication-server.ts';
import type { ServerContext } from './context.ts';
import type { Following, Session, SessionApplication } from './session.ts';
import { followApplication } from './sessions.ts';

/** Seconds after which a refused application may be asked for again. */
const refusedRetrySeconds = 60;

export interface Asked {
  applications: SessionApplication[];
  /** For each application: whether the client needs a new cursor in any case. */
  isNew: boolean[];
  errors: { readonly application: string; readonly problem: Problem }[];
}

/** What is read of a poll that arrives. */
interface AskingPoll {
  readonly session: Session;
  readonly identity: ClientIdentity;
  readonly request: PollRequest;
  /** The applications that it asks for. */
  readonly names: readonly string[];
  readonly knowsSent: boolean;
  readonly nowMs: number;
}

/** What most polls have none of is one empty array for all. */
const nobody: SessionApplication[] = [];
const nothing: boolean[] = [];
const noErrors: Asked['errors'] = [];
const none: ReadonlyMap<string, Problem> = new Map();
/** Of the one application whose client needs no new cursor. */
const notNew: boolean[] = [false];

function noteError(asked: Asked, application: string, found: Problem): void {
  if (asked.errors.length === 0) asked.errors = [{ application, problem: found }];
  else asked.errors.push({ application, problem: found });
}

/** Reads the applications of a poll into the session. */
export function readAsked(context: ServerContext, { session, identity, request, names, knowsSent, nowMs }: AskingPoll): Asked {
  const asked: Asked = { applications: nobody, isNew: nothing, errors: noErrors };
  const surplus = findSurplus(context, session, identity, names);
  for (const name of names) {
    const known = session.applications.get(name);
    const refusal = refuse(context, identity, name, known);
    const wanted = refusal ?? surplus.get(name) ?? parsePollApplication(request.applications[name], name);
    if (isProblem(wanted)) {
      noteError(asked, name, wanted);
      continue;
    }
    const application = known ?? followApplication(context, session, name, nowMs);
    application.lastAskedMs = nowMs;
    application.maxDelay = wanted.maxDelay;
    const isNew = readCursors(application, wanted, knowsSent);
    if (typeof isNew === 'boolean') {
      // An array begun by a literal takes the room of one; the first `push` takes that of seventeen.
      if (asked.applications.length === 0) {
        asked.applications = [application];
        asked.isNew = isNew ? [true] : notNew;
      } else {
        if (asked.isNew === notNew) asked.isNew = [false];
        asked.applications.push(application);
        asked.isNew.push(isNew);
      }
    } else noteError(asked, name, isNew);
  }
  return asked;
}

/** Those beyond the bound. The ones that the session has already come first, in whatever order they stand. */
function findSurplus(
  context: ServerContext,
  { applications }: Session,
  identity: ClientIdentity,
  names: readonly string[],
): ReadonlyMap<string, Problem> {
  const most = context.limits.applicationsPerSession;
  if (names.length <= most) return none;
  const good = names.filter((name) => refuse(context, identity, name, applications.get(name)) === undefined);
  const known = good.filter((name) => applications.has(name));
  const fresh = good.filter((name) => !applications.has(name));
  const detail = `At most ${most} applications are allowed in one session.`;
  const found = problem('too-many-applications', { detail, retryAfter: refusedRetrySeconds });
  return new Map([...known, ...fresh].slice(most).map((name) => [name, found]));
}

function refuse(
  context: ServerContext,
  identity: ClientIdentity,
  name: string,
  known: SessionApplication | undefined,
): Problem | undefined {
  if (identity.applications !== undefined && !identity.applications.includes(name)) {
    return problem('forbidden', { detail: 'The credential does not cover this application.', retryAfter: refusedRetrySeconds });
  }
  return known !== undefined || context.applications.has(name)
    ? undefined
    : problem('unknown-application', { retryAfter: refusedRetrySeconds });
}

/** Sets the places to acknowledge and to read on from; tells whether the client needs a new cursor in any case. */
function readCursors(application: SessionApplication, wanted: PollApplication, knowsSent: boolean): boolean | Problem {
  const { cursor, last } = wanted;
  const read = wanted.read ?? cursor;
  if (cursor === null || cursor === undefined) return readFirst(application, read, last);
  if (knowsSent && cursor === application.cursor && read === cursor) return readCovered(application);
  const handledPlaces = parseCursor(cursor);
  if (handledPlaces === undefined) return wrongCursor(`applications.${application.name}.cursor`);
  const readPlaces = read === cursor ? handledPlaces : parseCursor(read ?? cursor);
  if (readPlaces === undefined) return wrongCursor(`applications.${application.name}.read`);
  let isNew = false;
  for (const following of application.followings) {
    const handled = handledPlaces.get(following.tag);
    following.handled = handled;
    following.read = later(handled, readPlaces.get(following.tag) ?? handled);
    following.limit = knowsSent && following.epoch !== '' ? { epoch: following.epoch, position: following.sent } : undefined;
    following.newest = last ?? 0;
    if (following.read !== undefined) continue;
    isNew = true;
    following.read = begunAt(following);
  }
  return isNew;
}

/** The cursor that this session was given last, by far the commonest: its places are known without reading it. */
function readCovered({ followings }: SessionApplication): false {
  for (const following of followings) {
    const { epoch, covered, read } = following;
    // Where nothing came, the place is the one that was read from before.
    const place = read?.position === covered && read.epoch === epoch ? read : { epoch, position: covered };
    following.handled = place;
    following.read = place;
    following.limit = undefined;
  }
  return false;
}

/**
 * A first poll of an application; one that was received from but never handled goes on where it has read. A log that this
 * session began to follow before begins where it stood then: what came since is not missed.
 */
function readFirst(
  application: SessionApplication,
  read: string | null | undefined,
  last: number | undefined,
): boolean | Problem {
  const places = typeof read === 'string' ? parseCursor(read) : undefined;
  if (typeof read === 'string' && places === undefined) return wrongCursor(`applications.${application.name}.read`);
  let isNew = places === undefined;
  for (const following of application.followings) {
    following.handled = undefined;
    following.limit = undefined;
    const place = places?.get(following.tag);
    if (place === undefined) isNew = true;
    following.read = place ?? begunAt(following);
    following.newest = last ?? 0;
  }
  return isNew;
}

/** Where a session that begins again with a log began before, or one that was not told of a group that it joined. */
function begunAt({ address, epoch, acknowledged }: Following): Place | undefined {
  return address.kind === 'recipient' || epoch === '' ? undefined : { epoch, position: acknowledged };
}

/** `read` can lag behind `cursor` only by a client's mistake. */
function later(handled: Place | undefined, read: Place | undefined): Place | undefined {
  return handled !== undefined && handled.epoch === read?.epoch && handled.position > read.position ? handled : read;
}
