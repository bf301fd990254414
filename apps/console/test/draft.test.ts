import { describe, expect, it } from 'vitest';
import { emptyDraft, inputOf, problemsOf, recipientList, recipientsOf } from '../src/lib/draft.ts';
import { exampleOf, findWrong, isFormable, type Schema } from '../src/lib/schema.ts';

const schema: Schema = {
  type: 'object',
  required: ['order', 'status'],
  properties: {
    order: { type: 'string', examples: ['O-1'], minLength: 2 },
    status: { type: 'string', enum: ['placed', 'shipped'] },
    total: { type: 'number', minimum: 0 },
    address: { type: 'object', properties: { city: { type: 'string', default: 'Porto' } } },
  },
};

describe('the inject form', () => {
  it('says what is missing before anything is sent', () => {
    expect(problemsOf(emptyDraft())).toEqual({
      recipients: 'Name at least one recipient.',
      type: 'Say what happened, e.g. order.changed.',
    });
    expect(problemsOf({ ...emptyDraft(), recipients: 'a', type: 't', data: '{"a"' }).data).toMatch(/^Not valid JSON/);
    expect(Object.keys(problemsOf({ ...emptyDraft(), audience: 'group', type: 't', kind: 'fetch' }))).toEqual(['group', 'href']);
  });

  it('reads recipients once each', () => {
    expect(recipientsOf(' alice, bob\ncarol,,alice ')).toEqual(['alice', 'bob', 'carol']);
  });

  it.each(['Doe, John', ' padded ', '"quoted"', 'Dwayne "The Rock" Johnson', 'say "a, b"', '"', 'a"b'])(
    'takes %j for one recipient, alone and among others',
    (name) => {
      expect(recipientsOf(recipientList([name]))).toEqual([name]);
      expect(recipientsOf(recipientList(['alice', name, 'bob']))).toEqual(['alice', name, 'bob']);
      expect(recipientsOf('"Doe, John", ,"unclosed, alice')).toEqual(['Doe, John', '"unclosed', 'alice']);
    },
  );

  it('sends only what was filled in', () => {
    const draft = { ...emptyDraft(), application: 'orders', recipients: 'alice', type: ' order.changed ', data: '{"a":1}' };
    expect(inputOf(draft)).toEqual({
      application: 'orders',
      to: { recipients: ['alice'] },
      kind: 'direct',
      type: 'order.changed',
      data: '{"a":1}',
      urgency: 'normal',
    });
    expect(
      inputOf({ ...draft, audience: 'everyone', kind: 'fetch', href: '/api/1', version: 'v2', spread: 5, ttl: 60, topic: 't' }),
    ).toEqual({
      application: 'orders',
      to: { everyone: true },
      kind: 'fetch',
      type: 'order.changed',
      fetch: { href: '/api/1', version: 'v2', spread: 5 },
      urgency: 'normal',
      ttl: 60,
      topic: 't',
    });
  });

  it('is prefilled with believable values from the schema', () => {
    expect(exampleOf(schema)).toEqual({ order: 'O-1', status: 'placed', total: 0, address: { city: 'Porto' } });
    expect(isFormable(schema)).toBe(true);
    expect(isFormable({ type: 'object', properties: { list: { type: 'array' } } })).toBe(false);
    expect(isFormable(undefined)).toBe(false);
  });

  it.each([
    [{ status: 'placed' }, 'order', 'is required'],
    [{ order: 'O', status: 'placed' }, 'order', 'needs at least 2 characters'],
    [{ order: 'O-1', status: 'lost' }, 'status', 'must be one of placed, shipped'],
    [{ order: 'O-1', status: 'placed', total: -1 }, 'total', 'must be at least 0'],
    [{ order: 'O-1', status: 'placed', address: { city: 7 } }, 'address.city', 'must be a text'],
    ['text', '', 'must be an object'],
  ])('finds what is wrong with %j', (value, path, detail) => {
    expect(findWrong(schema, value)).toEqual({ path, detail });
  });
});
