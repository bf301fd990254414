/**
 * Tickets: an `EventSource` cannot send a header and tokens never stand in addresses, so a client that identifies by
 * token trades it for a ticket that is good for one connect within a minute, on the node that gave it.
 */
import type { Clock, Random } from '../protocol/environment.ts';
import type { ClientIdentity } from '../server/communication-server.ts';

/** Seconds that a ticket is good for. */
export const ticketSeconds = 60;

/** Tickets out at once; past it the oldest is void. */
const ticketsKept = 100_000;
const ticketBytes = 24;

export interface Tickets {
  issue(identity: ClientIdentity): string;
  /** Whose ticket it was; it is void from now on. */
  redeem(ticket: string): ClientIdentity | undefined;
  /** What a recipient has by now is void: it is logged out, or its account is closed. */
  revoke(recipient: string): void;
}

interface Ticket {
  readonly identity: ClientIdentity;
  readonly untilMs: number;
  /** How many were revoked before it was issued. */
  readonly revocations: number;
}

export function createTickets(clock: Clock, random: Random): Tickets {
  const issued = new Map<string, Ticket>();
  /** The latest of each recipient, the oldest first; void with the last ticket that it concerns. */
  const revoked = new Map<string, { readonly number: number; readonly untilMs: number }>();
  let revocations = 0;
  return {
    issue(identity) {
      const nowMs = clock.monotonic();
      for (const [ticket, { untilMs }] of issued) {
        if (untilMs > nowMs && issued.size < ticketsKept) break;
        issued.delete(ticket);
      }
      const ticket = random.token(ticketBytes);
      issued.set(ticket, { identity, untilMs: nowMs + ticketSeconds * 1000, revocations });
      return ticket;
    },
    redeem(ticket) {
      const found = issued.get(ticket);
      issued.delete(ticket);
      if (found === undefined || found.untilMs <= clock.monotonic()) return undefined;
      const last = revoked.get(found.identity.recipient);
      return last !== undefined && last.number > found.revocations ? undefined : found.identity;
    },
    revoke(recipient) {
      const nowMs = clock.monotonic();
      for (const [name, { untilMs }] of revoked) {
        if (untilMs > nowMs) break;
        revoked.delete(name);
      }
      revoked.delete(recipient);
      revoked.set(recipient, { number: ++revocations, untilMs: nowMs + ticketSeconds * 1000 });
    },
  };
}
