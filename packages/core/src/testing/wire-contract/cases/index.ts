/** All cases of the wire contract, in the order of docs/protocol.md. */
import type { WireCase } from '../wire.ts';
import { acknowledgement } from './acknowledgement.ts';
import { applicationErrors } from './application-errors.ts';
import { audiences } from './audiences.ts';
import { authentication } from './authentication.ts';
import { bounds } from './bounds.ts';
import { cloudEventTerms } from './cloud-event-terms.ts';
import { cloudEvents } from './cloud-events.ts';
import { concurrency } from './concurrency.ts';
import { crossOrigin } from './cross-origin.ts';
import { cursorAbuse } from './cursor-abuse.ts';
import { failed } from './failed.ts';
import { fetchMessages } from './fetch-messages.ts';
import { freeing } from './freeing.ts';
import { gaps } from './gaps.ts';
import { headers } from './headers.ts';
import { idempotency } from './idempotency.ts';
import { jsonBodies } from './json-bodies.ts';
import { longPoll } from './long-poll.ts';
import { methodsAndTypes } from './methods.ts';
import { names } from './names.ts';
import { packing } from './packing.ts';
import { payloads } from './payloads.ts';
import { publisherServices } from './publisher-services.ts';
import { publishing } from './publishing.ts';
import { requestTargets } from './request-targets.ts';
import { sessionOpening } from './session-opening.ts';
import { sessions } from './sessions.ts';
import { shortPoll } from './short-poll.ts';
import { streamEnds } from './stream-ends.ts';
import { streams } from './streams.ts';
import { superseded } from './superseded.ts';
import { tickets } from './tickets.ts';
import { topics } from './topics.ts';
import { urgency } from './urgency.ts';
import { withdrawal } from './withdrawal.ts';

export const allWireCases: readonly WireCase[] = [
  ...names,
  ...requestTargets,
  ...methodsAndTypes,
  ...jsonBodies,
  ...headers,
  ...crossOrigin,
  ...sessionOpening,
  ...shortPoll,
  ...longPoll,
  ...payloads,
  ...applicationErrors,
  ...acknowledgement,
  ...cursorAbuse,
  ...freeing,
  ...gaps,
  ...failed,
  ...sessions,
  ...superseded,
  ...audiences,
  ...packing,
  ...urgency,
  ...publishing,
  ...fetchMessages,
  ...idempotency,
  ...topics,
  ...bounds,
  ...cloudEvents,
  ...cloudEventTerms,
  ...withdrawal,
  ...publisherServices,
  ...authentication,
  ...streams,
  ...streamEnds,
  ...tickets,
  ...concurrency,
];
