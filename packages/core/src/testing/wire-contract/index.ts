/** The wire contract: docs/protocol.md as black-box cases over HTTP. */
import { caseRunner, type Runner } from '../runner.ts';
import { allWireCases } from './cases/index.ts';
import { defaultPeerOptions, type WireContractOptions } from './options.ts';
import { createWire, type WireCase } from './wire.ts';

/** The title under which a case runs, and by which it can be left out. */
function titleOf(found: WireCase): string {
  return `§${found.clause} ${found.title}`;
}

async function runCase(found: WireCase, options: WireContractOptions, runner: Runner): Promise<void> {
  const peer = await options.open(defaultPeerOptions(found.options));
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
