/** The message buffer contract catches scripts with a fault. */
import { defaultLimits } from '@pollux/core';
import { afterAll, describe, expect, it } from 'vitest';
import type { RedisBufferOptions } from '../src/index.ts';
import { openWithScripts } from '../src/redis-buffer.ts';
import { createScripts, script } from '../src/scripts/index.ts';
import { startRedis } from '../src/testing/index.ts';
import { failingCases } from './support/contract.ts';
import { disconnectingFaults } from './support/disconnecting-faults.ts';
import { faults } from './support/faults.ts';
import { keyFaults } from './support/key-faults.ts';

const redis = await startRedis();
afterAll(() => redis[Symbol.asyncDispose]());

const opening = (makeScripts: typeof createScripts) => (more: Partial<RedisBufferOptions>) =>
  openWithScripts({ url: redis.url, ...more }, makeScripts);

describe('the contract catches a Redis buffer', () => {
  it('that is sound: not at all', { timeout: 60_000 }, async () => {
    expect(await failingCases(opening(createScripts))).toEqual([]);
  });

  for (const [name, by, where, right, wrong] of [...faults, ...keyFaults, ...disconnectingFaults]) {
    it(`that ${name}: by "${by}"`, { timeout: 60_000 }, async () => {
      const faulty: typeof createScripts = (limits) => {
        const scripts = createScripts(limits);
        return { ...scripts, [where]: script(scripts[where].text.replace(right, () => wrong)) };
      };
      // Outside the runner, which would take a fault that is not there for one that is caught.
      expect(createScripts(defaultLimits)[where].text).toContain(right);
      // One case that is known to pass with the right script: to go through all of them for each fault takes minutes.
      expect(await failingCases(opening(faulty), { only: by })).toHaveLength(1);
    });
  }
});
