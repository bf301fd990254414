/** Every number that the client goes by. Times are milliseconds unless the name says otherwise. */

// The loop.

/** Seconds to ask a poll to be held, and at most; the server advises. */
export const usualWaitSeconds = 25;
export const longestWaitSeconds = 55;
/** Seconds between short polls. */
export const usualIntervalSeconds = 10;
/** Beyond its hold, when a poll counts as dead. */
export const graceMs = 10_000;
/** How often that is looked at: soon after a sleep, too, through which timers stood still. */
export const watchMs = 5000;
/** A stream without a first byte by then is held up by a proxy. */
export const silentMs = 4000;
/** A stream without a heartbeat for so long is dead: two of the server's 15 s, and something. */
export const quietMs = 35_000;
/** So many streams or held polls cut in a row: the network does not let them live. */
export const cutsInARow = 3;
/** After which a transport that did not work is tried again. */
export const retryTransportMs = 600_000;
/** A held poll that ends before this and brings nothing new is suspicious when it happens again. */
export const suspiciousMs = 1000;
/** How long a last word to the server may take. */
export const lastWordMs = 5000;

/** The longest delay that every runtime takes: one for ever, as of a handler without a deadline, would be over at once. */
export const longestDelayMs = 2_147_483_647;

// Back-off.

/** As failures in a row: the back-off is at its longest. */
export const manyFailures = 5;

// Answers.

/** Bytes past which an answer is not read on; 16 times what a server sends by default. */
export const answerBytes = 4_194_304;
/** Seconds that advice may ask for. */
export const longestAdviceSeconds = 3600;
/** How long a refused application is left out of polls where the server names no time, and the least it may name. */
export const refusedMs = 30_000;
export const leastRefusedMs = 1000;

// Applications.

/** Applications that join within this time share one poll. */
export const joinMs = 20;
/** What is due no later than this is an application that joins; anything slower is an acknowledgement. */
export const joiningMs = 100;
/**
 * Acknowledgements alone cost no request: they travel with the next poll. Only what is handled while a poll is held would
 * wait for up to its whole length, holding back the queue and the publisher's view of it; so after this time the held
 * poll is replaced by one that says so. A second gathers what a burst of handlers does and is soon enough for people.
 */
export const acknowledgeMs = 1000;
/**
 * Back-pressure. With this many messages unhandled an application takes in no more and is left out of polls until half of
 * them are handled, so that the server keeps the rest, by its own bounds. Nothing is lost: every `touchMs` it is named
 * nevertheless, which acknowledges what was handled and keeps its place on the server (60 s by default).
 */
export const crowded = 100;
export const touchMs = 5000;
/** Ids remembered per application, well over what a queue of the server holds. */
export const rememberedIds = 3000;

// Tabs.

/** Entries that tabs keep of an application beyond what all of them handled, for one that joins from where it stood. */
export const keptEntries = 200;
/** How often tabs look after each other, and how long one may take to say that it lives. */
export const patrolMs = 30_000;
export const lifeSignMs = 5000;
/** Requests that a tab which went may have sent after the last one that the others heard of. */
export const unheardRequests = 8;

// Handlers.

/** How long a handler may take, its repetitions included. */
export const handlerMs = 30_000;
/** How long a type without a handler waits for one: code of an application may be loaded late. */
export const handlerWaitMs = 10_000;
/**
 * Microtasks given to handlers after an answer; again as many as long as one of them finishes something. It takes no
 * timer, which a hidden page would be given late.
 */
export const handlerTicks = 24;
/** Failures that one poll reports; the others follow. */
export const failedPerPoll = 100;
/** Characters of a reason that is reported: all of a poll's have to fit into its 64 KiB. */
export const reasonLength = 150;

// Reloads.

/** So often may a message be begun and not finished before it is given up. */
export const begunTimes = 5;
/** Ids of handled messages that a reload remembers. */
export const keptIds = 100;

// Fetches.

export const fetchAttempts = 4;
export const fetchMs = 30_000;
/** Seconds: a server may ask for at most this much of a random wait. */
export const longestSpreadSeconds = 60;
export const rememberedVersions = 200;
