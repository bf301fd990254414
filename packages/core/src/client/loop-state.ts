/**
 * The loop: one request in flight, the next one driven by the answer.
 *
 *            an application joins                 answer: at once
 *   idle ────────────────────────────► polling ◄──────────────────┐
 *     ▲                                │  │  ▲ └──────────────────┘
 *     │ nobody to poll for             │  │  │ timer, wake (online, visible, resumed)
 *     └────────────────────────────────┘  │  │
 *                                         ▼  │
 *                                        resting   after an answer: the advised interval (of its own while hidden) or drain
 *                                                  after a failure: back-off, `Retry-After` being a floor
 *
 *   A poll is a stream, a held one or a short one (transport.ts). A stream is left for the next one when it ends, and
 *   what is handled meanwhile is acknowledged beside it.
 *
 *   polling ── an application joined, or acknowledgements waited 1 s ──► polling (the held poll is replaced)
 *   any ── pagehide, freeze ──► frozen ── pageshow, resume ──► polling
 *   any ── close ────► stopped
 *
 * A state is never changed, only left for another. Its timers and its request end with it, and what still comes of them
 * is ignored.
 */
import type { Answer } from './answer.ts';
import type { ClientState } from './communication-client.ts';
import type { PageListener } from './page-events.ts';
import type { Polling } from './polling.ts';
import type { Asked } from './wire.ts';

/** What the loop polls for. */
export interface PollWork {
  /** The next poll's content; nothing where there is nobody to poll for. */
  compose(): Asked | undefined;
  /** Distributes what answered it (nothing: a 204); tells whether it brought anything new. */
  absorb(answer: Answer | undefined): boolean;
  /** What is to be acknowledged beside a stream; nothing where that takes a connect, or there is nothing. */
  acknowledge(): Record<string, string> | undefined;
  /** Resolves once the handlers have done what they can do without waiting for something. */
  handled(): Promise<void>;
  /** Milliseconds after which another poll is due because of the applications; infinite where the last one said all. */
  changeInMs(): number;
  /** Nobody else goes on with this session. */
  isAlone(): boolean;
  /** Nobody sees this page, nor any other that it polls for. */
  isHidden(): boolean;
}

export interface PollLoop extends Omit<PageListener, 'look'> {
  readonly state: ClientState;
  /** Something may have changed: an application joined, a handler finished. */
  review(): void;
  /** Whether to poll has changed: begins, or stops. */
  turn(): void;
  /** Shows what the tab that polls shows. */
  mirror(state: ClientState): void;
  close(): Promise<void>;
}

export type State =
  | { readonly kind: 'idle' | 'frozen' | 'stopped' }
  /** `backOff` keeps an application that joins from ending it. */
  | { readonly kind: 'resting'; readonly backOff: boolean }
  | Polling;
