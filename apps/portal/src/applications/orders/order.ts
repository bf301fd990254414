/** An order as the order desk's own server gives it out. */
export interface Order {
  /** For example `48217`. */
  readonly id: string;
  readonly version: number;
  readonly customer: string;
  readonly town: string;
  readonly lines: readonly OrderLine[];
  /** In pence. */
  readonly total: number;
  readonly step: OrderStep;
  readonly placedMs: number;
  readonly changedMs: number;
}

export interface OrderLine {
  readonly count: number;
  readonly article: string;
}

/** The steps of an order in their order. */
export const orderSteps = ['placed', 'paid', 'packed', 'shipped', 'delivered'] as const;

export type OrderStep = (typeof orderSteps)[number];
