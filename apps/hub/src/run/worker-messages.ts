/** What the process that was started and its workers say to each other. */

/** To a worker. */
export type ToWorker =
  /** What it is to be: the answer to its first word. */
  | { readonly kind: 'begin'; readonly slot: number; readonly port: number; readonly socket?: string }
  /** Accept nothing more, and answer whoever is held: everything is to be handed over. */
  | { readonly kind: 'seal' }
  /** Every worker is sealed. */
  | { readonly kind: 'all-sealed' }
  | { readonly kind: 'end' };

/** From a worker. */
export type FromWorker =
  /** It hears from now on: what was said before would be lost. */
  | { readonly kind: 'here' }
  | { readonly kind: 'serving'; readonly url: string; readonly console?: string }
  /** Asks for all to be sealed. */
  | { readonly kind: 'seal-all' }
  | { readonly kind: 'sealed' }
  /** Everything was handed over by a final export. */
  | { readonly kind: 'exported' };
