/** The wire contract against one child process. */
import { describeWire, type WireContractOptions } from '@pollux/core/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openRemotePeer } from './remote-peer.ts';
import type { RunningProgram } from './start.ts';

/** Milliseconds for one case: nothing in it waits, but the machine may be busy. */
const caseMs = 30_000;

export function describeRuntime(
  name: string,
  start: () => Promise<RunningProgram>,
  options: Pick<WireContractOptions, 'cases' | 'skips'> = {},
): void {
  vi.setConfig({ testTimeout: caseMs, hookTimeout: 2 * caseMs });
  let program: RunningProgram | undefined;
  beforeAll(async () => {
    program = await start();
  });
  afterAll(() => program?.stop());
  describeWire(
    name,
    { describe, expect, it },
    {
      ...options,
      open: (asked) => openRemotePeer(program?.port ?? 0, asked),
      capabilities: { raw: true },
    },
  );
}
