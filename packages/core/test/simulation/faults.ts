/** Everything that can go wrong in a simulated world, by name; the suite shows that each of them did. */

/** What may happen to one request. */
export const requestFaults = [
  'request-refused',
  'request-swallowed',
  'request-delayed',
  'request-repeated',
  'answer-lost',
  'answer-swallowed',
  'answer-delayed',
  'answer-cut',
  'answer-shortened',
  'answer-replaced',
  'hold-cut',
  'hang-up-unnoticed',
  'token-refused',
] as const;

/** What may happen to servers, stores and pages. */
export const worldFaults = [
  'server-killed',
  'server-drained',
  'server-clock-jumped',
  'store-failed',
  'store-failed-afterwards',
  'page-clock-jumped',
  'page-reloaded',
  'page-closed',
  'page-slept',
  'network-out',
  'application-left',
  'group-changed',
  'recipient-disconnected',
] as const;

/** What handlers of the page do. */
export const handlerFaults = ['handler-slow', 'handler-threw', 'handler-failed', 'handler-hung'] as const;

/** What has to come about for the checks to mean something. */
export const conditions = [
  'publish-retried',
  'publish-duplicate',
  'publish-refused',
  'left-acknowledged',
  'left-expired',
  'left-overflow',
  'left-collapsed',
  'left-withdrawn',
  'left-parked',
  'left-purged',
  'left-erased',
  'gap-expired',
  'gap-overflow',
  'gap-parked',
  'gap-purged',
  'gap-reset',
  'gap-acknowledged',
  'poll-superseded',
  'answer-with-more',
  'answer-crowded',
  'fetch-handled',
  'withdrawal-told',
] as const;

export type RequestFault = (typeof requestFaults)[number];
export type Kind = RequestFault | (typeof worldFaults)[number] | (typeof handlerFaults)[number] | (typeof conditions)[number];

export const kinds: readonly Kind[] = [...requestFaults, ...worldFaults, ...handlerFaults, ...conditions];
