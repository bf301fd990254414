export interface RoutingInput {
  /** Seconds to look back, 10 to 3,600. @default 60 */
  readonly windowSeconds?: number | undefined;
  /** How many recipients to name; the rest is one node. At most 40. @default 12 */
  readonly recipients?: number | undefined;
}

export type AddressKind = 'recipient' | 'group' | 'everyone';

export interface RoutingGraph {
  readonly windowSeconds: number;
  readonly nowMs: number;
  readonly applications: readonly { readonly name: string; readonly title?: string | undefined; readonly sessions: number }[];
  /** Accepted within the window, publisher application to kind of address. */
  readonly accepted: readonly { readonly application: string; readonly to: AddressKind; readonly messages: number }[];
  /** Delivered within the window, kind of address to recipient. */
  readonly delivered: readonly {
    readonly application: string;
    readonly from: AddressKind;
    readonly recipient: string;
    readonly messages: number;
    readonly medianMs?: number | undefined;
  }[];
  readonly recipients: readonly {
    readonly recipient: string;
    readonly sessions: number;
    readonly pending: number;
    readonly applications: readonly string[];
  }[];
  /**
   * Recipients left out of `recipients`; their deliveries have the recipient `''`. So have those to recipients that are
   * not remembered one by one, of a message that went to very many.
   */
  readonly others: number;
  /** Waiting messages by kind of address. */
  readonly waiting: Readonly<Record<AddressKind, number>>;
  /** The journal began after the window did, or lost messages, or steps of theirs, to its bounds. */
  readonly partial: boolean;
}
