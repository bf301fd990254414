/**
 * The core of the wire contract: where every case has run once over a buffer, and once through an adapter, these show
 * that the two work together as well. Of each chapter of docs/protocol.md that a buffer has a part in, what would break
 * first; none asks for a capability.
 */

/** Titles of the cases, in the order of docs/protocol.md. */
export const coreCases: readonly string[] = [
  // Names.
  '§1.3 recipients do not run together: case',
  '§1.3 groups do not run together with one another, with recipients, or with everyone',
  // HTTP, problems and their headers.
  '§2.4 a publish of another media type is 415, and stores nothing',
  '§2.5 a poll body is refused: cut off',
  '§2.5 a poll body beyond its bound is 413',
  '§2.7 wrong members of a poll name their field',
  '§2.8 400 of a wrong field has the headers of every response',
  '§2.8 409 of an overtaken poll has the headers of every response',
  '§2.9 an allowed origin is named back, with Vary',
  // Receive: poll, hold and wake.
  '§3.4 a poll that opens a session is answered at once, however long it would wait',
  '§3.5 wait 0 with nothing there is a 204 at once, without a body',
  '§3.6 a held poll is answered by a publish, in the same exchange',
  '§3.6 a held poll is answered 204 when its wait is over, and not before',
  '§3.6 a message published between two polls is not missed',
  '§3.7 a payload arrives as it was: CR, LF and U+2028',
  '§3.8 messages come in the order of their publishing, over many requests',
  '§3.9 an unknown application gets its error, the others their messages',
  '§3.10 a message is offered again while the client has not said that it was received',
  '§3.11 a client that hangs up a held poll loses nothing that comes after',
  // Cursors and acknowledgement.
  '§4.2 read is no acknowledgement',
  "§4.3 a message's own cursor acknowledges it and all before it, and nothing behind",
  "§4.4 a garbled cursor (a word) is that application's error, and frees nothing",
  '§4.5 a changed cursor is an error or a reset, and never acknowledges what was not sent',
  '§4.5 a cursor of a life that ended gets gap reset, a new cursor, and what is held now',
  '§4.7 a cursor that this session was not sent acknowledges nothing',
  '§4.8 a log begins now: what was said to everyone before the first poll is not told',
  // Freeing.
  '§5.2 a queue is freed up to the lowest cursor of its sessions',
  '§5.2 a session that fell silent holds nothing back after its lifetime',
  "§5.4 no cursor frees a log: one member's acknowledgement takes nothing from another",
  // Gaps.
  '§6.2 a gap comes with the first answer that goes past it, before any message behind it',
  '§6.3 a gap is repeated until a read past it returns, and then no more',
  '§6.5 what has expired is not delivered, and is announced as expired with its number',
  '§6.8 a message reported as failed is parked, the ones behind it flow, and the gap tells',
  // Sessions.
  '§7.2 an unknown session is registered anew in the same exchange, and its cursors still hold',
  '§7.3 a newer poll takes over: the held one gets 409 superseded at once',
  '§7.3 a late poll with a lower seq loses at once, and the held one goes on',
  '§7.4 goodbye ends the held poll and is a 204',
  '§7.5 a recipient with all its sessions gets 429 for another, and none is evicted',
  // Audiences: several recipients, groups and everyone.
  '§9.3 several recipients each get their own copy, with an id of its own',
  "§3.2 a group's message reaches its members only, and wakes their held polls",
  '§4.8 everyone who polls gets a message for everyone, once each',
  '§3.8 one cursor covers own, group and everyone messages, each in order, none twice',
  // Packing and advice.
  '§8.1 an answer stays near its bound, says more, and the rest follows in order without loss',
  '§8.4 maxDelay: messages of the application alone do not end a held poll before it',
  // Publish, idempotency and topics.
  '§9.3 a publish answers 202 with the grade, and the ttl as granted',
  '§9.4 in an array each stands alone: the wrong ones are refused by index, the others stored',
  '§9.6 the same key and content stores nothing, and answers with the first id',
  '§9.6 other content under the same key is a conflict, and changes nothing',
  '§9.7 a newer message of a topic replaces the pending one, at the tail',
  // Limits.
  '§9.8 a full queue refuses exactly at its bound, loses nothing before it, and accepts again after an acknowledgement',
  '§13.1 more recipients than one notification may name are refused together',
  // Status, withdrawal, erasure.
  '§10.1 status tells a message through its life, and why it is where it is',
  '§10.2 what was sent to nobody is taken back without a trace',
  "§10.3 erasing a recipient takes its messages of this application, and nobody else's",
  '§10.3 after an erasure the recipient goes on, told of the reset',
  // Identity.
  '§11.1 a poll, publish, status, withdrawal, erasure and goodbye without a credential are 401',
  // Streams.
  '§14.3 what is published comes as one event each time, in order, on one connection',
  '§14.4 a broadcast between two connects is not missed, not even after the first event alone',
  '§14.6 a stream ends at its age with an end event, and goes on from its id without loss',
  '§14.6 a reader that hangs up loses nothing',
  '§14.7 a stream acknowledges nothing by itself; ack does',
  // Many at once, and the end.
  '§3.8 many publishers and one polling client: nothing lost, doubled, or out of order',
  '§3.2 twenty recipients at once each get exactly their own',
  '§8.5 a graceful end answers held polls whole, with when to come back',
];
