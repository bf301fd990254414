/** How a server is given to the wire contract, and what it is opened with. */
import type { MaybePromise } from '../../buffer/message-buffer.ts';
import type { Skip } from '../runner.ts';
import type { WireCapabilities, WirePeer, WirePeerOptions } from './peer.ts';

export interface WireContractOptions {
  /** Opens a fresh, empty server with its default answers to everything the options leave open. */
  open(options: WirePeerOptions): MaybePromise<WirePeer>;
  /** Which cases run: all of them, or the core that core-cases.ts names. @default 'all' */
  readonly cases?: 'all' | 'core';
  /** @default none */
  readonly capabilities?: WireCapabilities;
  /** Cases that this peer cannot pass, with the reason. @default [] */
  readonly skips?: readonly Skip[];
}

/** The page's origin that every peer of the suite allows. */
export const allowedOrigin = 'https://page.example';

const defaults: WirePeerOptions = {
  applications: {
    orders: { title: 'Orders', fetchTargets: ['https://orders.example', '/api/orders'] },
    calls: {},
    news: {},
  },
  // A random part of a hold would make the time of an answer unknown.
  limits: { holdSpreadSeconds: 0 },
  origins: [allowedOrigin],
};

/** The suite's own options with some replaced. */
export function defaultPeerOptions(options: Partial<WirePeerOptions> = {}): WirePeerOptions {
  return {
    applications: { ...defaults.applications, ...options.applications },
    limits: { ...defaults.limits, ...options.limits },
    origins: options.origins ?? defaults.origins,
  };
}
