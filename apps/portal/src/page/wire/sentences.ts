import type { Exchange, StateChange, Tally } from './wire-entry.ts';

/** What an exchange amounts to, in a few words. */
export function sentenceOf(exchange: Exchange): string {
  const messages = sum(exchange.delivered);
  if (exchange.state === 'held') return 'The server holds this request';
  if (exchange.state === 'replaced') return 'Taken back to acknowledge sooner';
  if (exchange.state === 'failed') return `No answer: ${exchange.reason ?? 'the network is away'}`;
  if (exchange.status === 204) return 'Nothing new; asked again at once';
  if (exchange.status !== 200) return `Refused with ${exchange.status ?? 'no status'}`;
  if (exchange.gaps.length > 0) return `A loss announced to ${listOf(exchange.gaps)}`;
  if (messages === 0) return exchange.seq <= 1 ? 'Signed in: here is where you begin' : 'Answered without messages';
  return messages === 1 ? '1 message' : `${messages} messages together`;
}

/** A change of the client's state, in a few words. */
export function sentenceOfState({ state, retryInMs }: Pick<StateChange, 'state' | 'retryInMs'>): string {
  switch (state) {
    case 'idle':
      return 'Not started';
    case 'connecting':
      return 'Connecting';
    case 'connected':
      return 'Connected';
    case 'waiting':
      return retryInMs === undefined ? 'Waiting to try again' : `Trying again in ${(retryInMs / 1000).toFixed(1)} s`;
    case 'offline':
      return 'The browser is offline';
    case 'stopped':
      return 'Stopped';
  }
}

/** `calls, orders and news` */
export function listOf(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

function sum(tallies: readonly Tally[]): number {
  return tallies.reduce((total, { count }) => total + count, 0);
}
