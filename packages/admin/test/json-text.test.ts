import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compactJson, measureJson, memberText, prettyJson } from '../src/router/json-text.ts';

describe('JSON as text', () => {
  it('is laid out as the platform does it', () => {
    void fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(prettyJson(text)).toBe(JSON.stringify(value, undefined, 2));
        expect(compactJson(JSON.stringify(value, undefined, 3))).toBe(text);
      }),
    );
  });

  it('gives each member of an object, whatever stands beside it', () => {
    void fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const members = JSON.stringify({ kind: 'direct', one, data: other, last: 1 }).slice(1, -1);
        expect(memberText(members, 'data')).toBe(JSON.stringify(other));
        expect([memberText(members, 'kind'), memberText(members, 'last')]).toEqual(['"direct"', '1']);
        expect(memberText(members, 'none')).toBeUndefined();
      }),
    );
  });

  it('is measured without being built', () => {
    expect(measureJson('"[{:"')).toEqual({ depth: 0, keys: 0 });
    expect(measureJson('{"a":[{"b":1},{"c":[]}]}')).toEqual({ depth: 4, keys: 3 });
  });
});
