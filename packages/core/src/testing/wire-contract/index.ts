/** The wire contract: docs/protocol.md as black-box cases over HTTP. */
import { caseRunner, type Runner } from '../runner.ts';
import { allWireCases } from './cases/index.ts';
import { coreCases } from './core-cases.ts';
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

/** The cases that are asked for. @throws Error where the core names one that does not exist */
function chosenCases(which: NonNullable<WireContractOptions['cases']>): readonly WireCase[] {
  if (which === 'all') return allWireCases;
  const byTitle = new Map(allWireCases.map((found) => [titleOf(found), found]));
  return coreCases.map((title) => {
    const found = byTitle.get(title);
    if (found === undefined) throw new Error(`the core of the wire contract names a case that does not exist: ${title}`);
    return found;
  });
}

/**
 * Describes the wire contract, or its core, for one kind of server. Every case opens a server of its own.
 * @param name what is checked, for the titles: `node:http`, `loopback`
 */
export function describeWire(name: string, runner: Runner, options: WireContractOptions): void {
  const { cases: which = 'all', capabilities, skips = [] } = options;
  runner.describe(`${which === 'all' ? 'wire contract' : 'core of the wire contract'}: ${name}`, () => {
    const chosen = chosenCases(which);
    const lacking = chosen
      .filter((found) => found.needs !== undefined && capabilities?.[found.needs] !== true)
      .map((found) => ({ test: titleOf(found), reason: `no capability ${found.needs}` }));
    // What is left out of the whole contract need not be in its core.
    const elsewhere = new Set(allWireCases.filter((found) => !chosen.includes(found)).map(titleOf));
    const cases = caseRunner(runner, [...lacking, ...skips.filter(({ test }) => !elsewhere.has(test))]);
    for (const found of chosen) cases.run(titleOf(found), () => runCase(found, options, runner));
    cases.finish();
  });
}
