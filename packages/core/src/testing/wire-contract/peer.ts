/** What the wire contract asks of whoever wants to be checked by it. */
import type { MaybePromise } from '../../buffer/message-buffer.ts';
import type { Limits } from '../../protocol/limits.ts';
import type { ApplicationOptions } from '../../server/communication-server.ts';

export interface WirePeerOptions {
  /** Applications to register. */
  readonly applications: Readonly<Record<string, ApplicationOptions>>;
  /** Bounds that differ from the defaults. */
  readonly limits: Partial<Limits>;
  /** Browser origins to allow. */
  readonly origins: readonly string[];
}

/** What a client's credential says beside its recipient. */
export interface Claims {
  /** @default [] */
  readonly groups?: readonly string[];
  /** @default all */
  readonly applications?: readonly string[];
  /** Seconds from now after which the credential is no longer good. @default never */
  readonly expiresIn?: number;
}

/** One running server, fresh, empty, and nobody else's. */
export interface WirePeer extends AsyncDisposable {
  /** Address of the base path, without a slash at its end. */
  readonly baseUrl: string;
  /** Headers that let a client in. Recipients are any text of protocol §1.3. */
  authorization(recipient: string, claims?: Claims): Readonly<Record<string, string>>;
  /** Headers that let a publisher in, for these applications. */
  publisher(...applications: readonly string[]): Readonly<Record<string, string>>;
  /** Ends the server gracefully, as DESIGN's `close()`. Called again by the disposal. */
  close(): Promise<void>;
  /** Moves the server's clock on. Without it the suite sleeps, 1.5 s at most at a time. */
  clockAdvance?(ms: number): MaybePromise<void>;
  /** How requests are sent. @default the platform's fetch */
  readonly fetch?: typeof fetch;
  /**
   * Sends the text as it is over a connection of its own and gives what came back until the first whole answer.
   * Capability `raw`: without it the cases that need it are left out by name.
   */
  raw?(text: string): Promise<string>;
}

/** What the peer can do beyond plain requests. */
export interface WireCapabilities {
  /** `WirePeer.raw` is there. @default false */
  readonly raw?: boolean;
}
