/** The wire contract: docs/protocol.md as black-box cases over HTTP. */
import type { MaybePromise } from '../../buffer/message-buffer.ts';
import { caseRunner, type Runner, type Skip } from '../runner.ts';
import { allWireCases } from './cases/index.ts';
import type { WireCapabilities, WirePeer, WirePeerOptions } from './peer.ts';
import { createWire, type WireCase } from './wire.ts';

export interface WireContractOptions {
  /** Opens a fresh, empty server with its default answers to everything the options leave open. */
  open(options: WirePeerOptions): MaybePromise<WirePeer>;
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

/** The title under which a case runs, and by which it can be left out. */
function titleOf(found: WireCase): string {
  return `§${found.clause} ${found.title}`;
}

function withDefaults(options: Partial<WirePeerOptions> = {}): WirePeerOptions {
  return {
    applications: { ...defaults.applications, ...options.applications },
    limits: { ...defaults.limits, ...options.limits },
    origins: options.origins ?? defaults.origins,
  };
}

async function runCase(found: WireCase, options: WireContractOptions, runner: Runner): Promise<void> {
  const peer = await options.open(withDefaults(found.options));
  try {
    await found.run(createWire(peer, runner));
  } finally {
    await peer[Symbol.asyncDispose]();
  }
}

/**
 * Describes the wire contract for one kind of server. Every case opens a server of its own.
 * @param name what is checked, for the titles: `node:http`, `loopback`
 */
export function describeWire(name: string, runner: Runner, options: WireContractOptions): void {
  runner.describe(`wire contract: ${name}`, () => {
    const lacking = allWireCases
      .filter((found) => found.needs !== undefined && options.capabilities?.[found.needs] !== true)
      .map((found) => ({ test: titleOf(found), reason: `no capability ${found.needs}` }));
    const cases = caseRunner(runner, [...lacking, ...(options.skips ?? [])]);
    for (const found of allWireCases) cases.run(titleOf(found), () => runCase(found, options, runner));
    cases.finish();
  });
}
