/** Places at which a bug can be built into a world from outside, to see that the checks catch it. All are left out otherwise. */
import type { MessageBuffer } from '../../src/buffer/message-buffer.ts';
import type { Random } from '../../src/protocol/environment.ts';
import type { CommunicationServer } from '../../src/server/communication-server.ts';
import type { Answer } from '../../src/servlet/exchange.ts';
import type { Call } from './network.ts';

export interface Sabotage {
  /** Between the record and the store. */
  buffer?(buffer: MessageBuffer): MessageBuffer;
  /** Between the server and the record: what it does is not seen as the store's doing. */
  store?(buffer: MessageBuffer): MessageBuffer;
  server?(server: CommunicationServer, buffer: MessageBuffer): CommunicationServer;
  /** The servers' random source. */
  random?(random: Random): Random;
  /** What goes into the servlet. */
  request?(call: Call): Call;
  /** What comes out of the servlet. */
  answer?(answer: Answer, call: Call): Answer;
  /** How often each handler of the page is registered. @default 1 */
  readonly registrations?: number;
  /** What the communication client sends through. */
  fetch?(fetch: typeof globalThis.fetch): typeof globalThis.fetch;
}
