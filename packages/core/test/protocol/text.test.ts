/** Measures of texts agree with what the runtime says. */
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { quote, utf8Length } from '../../src/protocol/text.ts';

/** Texts of every kind of unit, lone surrogates among them, mostly such that are taken for plain at first sight. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.string({ unit: fc.constantFrom('a', 'é', '\u007f', '\u0080', '€', '😀', '\ud83d', '\udc00', '"', '\\', '\n', '\0') }),
);

describe('a text', () => {
  it('takes as many bytes of UTF-8 as the runtime writes', () => {
    fc.assert(
      fc.property(text, (value) => utf8Length(value) === new TextEncoder().encode(value).length),
      {
        numRuns: 2000,
      },
    );
  });

  it('is quoted as JSON does it', () => {
    fc.assert(
      fc.property(text, (value) => quote(value) === JSON.stringify(value)),
      { numRuns: 2000 },
    );
  });
});
