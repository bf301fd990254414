/** One threat: the attack, which fails as a test does where it gets through, and the guards without which it does. */
import { describe, expect, it, vi } from 'vitest';
import { openTarget, type Parts, type Setting, type Target } from './target.ts';

// The machine may be busy; nothing here depends on how fast it is.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

export interface Threat {
  /** As numbered in docs/security.md. */
  readonly id: `T${number}`;
  readonly title: string;
  readonly setting?: Setting;
  /** Attacks, and expects to have had no effect. */
  attack(target: Target): Promise<void>;
  /** Each guard taken away by itself, from outside. Without it the attack's expectation fails. */
  readonly without: Readonly<Record<string, Parts>>;
}

/** Runs the attack on a sound target, where it has no effect, and on one for each guard that is off, where it has. */
export function describeThreat({ id, title, setting, attack, without }: Threat): void {
  describe(`${id} ${title}`, () => {
    it('has no effect', async () => {
      await using target = await openTarget(setting);
      await attack(target);
    });

    it.each(Object.entries(without))('gets through without the guard: %s', async (_guard, parts) => {
      const failure = await noticed(() => openTarget(setting, parts), attack);
      expect(failure, 'the attack was not noticed').toMatchObject({ name: 'AssertionError' });
    });
  });
}

/**
 * What an attack ends with. One that breaks off for another reason than an expectation, such as a connection that a busy
 * machine cut, says nothing, and is made again on another target.
 */
async function noticed(open: () => Promise<Target>, attack: Threat['attack'], attempts = 3): Promise<unknown> {
  await using target = await open();
  const failure = await attack(target).then(
    () => undefined,
    (error: unknown) => error,
  );
  const isBrokenOff = failure !== undefined && !(failure instanceof Error && failure.name === 'AssertionError');
  if (!isBrokenOff || attempts === 1) return failure;
  console.log('An attack broke off, and is made again:', failure);
  return noticed(open, attack, attempts - 1);
}
