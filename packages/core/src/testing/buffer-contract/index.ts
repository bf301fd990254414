/** The message buffer contract: what every implementation of the port has to do, with any store behind it. */
import { caseRunner, type Runner } from '../runner.ts';
import { allBufferCases } from './cases/index.ts';
import { durableCases } from './durable.ts';
import { manifestCases } from './manifest.ts';
import { movingCases } from './moving.ts';
import type { BufferContractOptions, StoreCase } from './options.ts';
import { type BufferCase, createScene } from './scene.ts';
import { sharedCases } from './shared.ts';

function titleOf(found: { readonly clause: string; readonly title: string }): string {
  return found.clause === 'port' ? `port: ${found.title}` : `§${found.clause} ${found.title}`;
}

async function runCase(found: BufferCase, options: BufferContractOptions, runner: Runner): Promise<void> {
  const open = await options.open({ limits: found.limits ?? {} });
  try {
    await found.run(createScene(open, runner));
  } finally {
    await open[Symbol.asyncDispose]();
  }
}

async function runStoreCase(found: StoreCase, options: BufferContractOptions, runner: Runner): Promise<void> {
  const open = await options.open({ limits: {} });
  try {
    await found.run(open, options, runner);
  } finally {
    await open[Symbol.asyncDispose]();
  }
}

/**
 * Describes the message buffer contract for one implementation. Every case opens a buffer of its own.
 * @param name what is checked, for the titles: `memory`, `embedded`
 */
export function describeMessageBuffer(name: string, runner: Runner, options: BufferContractOptions): void {
  runner.describe(`message buffer contract: ${name}`, () => {
    const cases = caseRunner(runner, options.skips ?? []);
    for (const found of allBufferCases) cases.run(titleOf(found), () => runCase(found, options, runner));
    for (const found of [...manifestCases, ...movingCases, ...durableCases, ...sharedCases]) {
      cases.run(titleOf(found), () => runStoreCase(found, options, runner));
    }
    cases.finish();
  });
}
