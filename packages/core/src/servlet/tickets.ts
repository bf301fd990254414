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
}

export function createTickets(clock: Clock, random: Random): Tickets {
  const issued = new Map<string, { readonly identity: ClientIdentity; readonly untilMs: number }>();
  return {
    issue(identity) {
      const nowMs = clock.monotonic();
      for (const [ticket, { untilMs }] of issued) {
        if (untilMs > nowMs && issued.size < ticketsKept) break;
        issued.delete(ticket);
      }
      const ticket = random.token(ticketBytes);
      issued.set(ticket, { identity, untilMs: nowMs + ticketSeconds * 1000 });
      return ticket;
    },
    redeem(ticket) {
      const found = issued.get(ticket);
      issued.delete(ticket);
      return found !== undefined && found.untilMs > clock.monotonic() ? found.identity : undefined;
    },
  };
}
