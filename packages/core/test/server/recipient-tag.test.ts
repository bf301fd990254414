import fc from 'fast-check';
import { expect, it } from 'vitest';
import { recipientTag } from '../../src/server/recipient-tag.ts';

/** The same by the platform. */
async function expected(name: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`pollux recipient ${name}`));
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0'));
  return hex.join('').slice(0, 32);
}

it('is the first half of a SHA-256, for recipients of any length and script', async () => {
  for (const length of [0, 1, 36, 37, 38, 39, 46, 47, 48, 100, 256]) {
    const name = 'x'.repeat(length);
    expect(recipientTag(name)).toBe(await expected(name));
  }
  const anyName = fc.string({ unit: 'grapheme', maxLength: 80 });
  await fc.assert(fc.asyncProperty(anyName, async (name) => recipientTag(name) === (await expected(name))));
});
