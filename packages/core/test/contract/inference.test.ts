/** What the compiler knows of a contract; that it compiles is the larger part of this test. */
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { ContractClient } from '../../src/client/index.ts';
import { type DataOf, defineApplication, direct, fetchFrom, type PayloadOf, type ResultOf } from '../../src/index.ts';

const withZod = defineApplication('crm', {
  'call.offered': direct(z.object({ from: z.string().min(3), note: z.string().optional() })),
  'call.ended': direct(),
  'order.changed': fetchFrom(
    '/api/orders/:id',
    z.object({ id: z.string(), placed: z.iso.date().transform((text) => new Date(text)) }),
  ),
});

const withValibot = defineApplication('crm', {
  'call.offered': direct(v.object({ from: v.pipe(v.string(), v.minLength(3)), note: v.optional(v.string()) })),
  'call.ended': direct(),
  'order.changed': fetchFrom(
    '/api/orders/:id',
    v.object({
      id: v.string(),
      placed: v.pipe(
        v.string(),
        v.isoDate(),
        v.transform((text) => new Date(text)),
      ),
    }),
  ),
});

const withArktype = defineApplication('crm', {
  'call.offered': direct(type({ from: 'string >= 3', 'note?': 'string' })),
  'call.ended': direct(),
  'order.changed': fetchFrom('/api/orders/:id', type({ id: 'string', placed: 'string.date.parse' })),
});

describe('what a contract tells the compiler', () => {
  it('the payload is what the schema takes, with every library', () => {
    type Offered = { from: string; note?: string | undefined };
    expectTypeOf<DataOf<typeof withZod, 'call.offered'>>().toEqualTypeOf<Offered>();
    expectTypeOf<DataOf<typeof withValibot, 'call.offered'>>().toEqualTypeOf<Offered>();
    expectTypeOf<DataOf<typeof withArktype, 'call.offered'>>().toEqualTypeOf<{ from: string; note?: string }>();
    expectTypeOf<DataOf<typeof withZod, 'call.ended'>>().toBeUnknown();
  });

  it('the result of a fetch is what the schema makes of the answer', () => {
    expectTypeOf<ResultOf<typeof withZod, 'order.changed'>>().toEqualTypeOf<{ id: string; placed: Date }>();
    expectTypeOf<ResultOf<typeof withValibot, 'order.changed'>>().toEqualTypeOf<{ id: string; placed: Date }>();
    expectTypeOf<ResultOf<typeof withArktype, 'order.changed'>>().toEqualTypeOf<{ id: string; placed: Date }>();
  });

  it('the publisher of a fetch gives the parameters of its path', () => {
    expectTypeOf<PayloadOf<typeof withZod, 'order.changed'>>().toEqualTypeOf<{ readonly id: string | number }>();
    const many = defineApplication('x', { a: fetchFrom('https://a.example:8443/:year/orders/:id'), b: fetchFrom('/all') });
    expectTypeOf<PayloadOf<typeof many, 'a'>>().toEqualTypeOf<{ readonly year: string | number; readonly id: string | number }>();
    expectTypeOf<keyof PayloadOf<typeof many, 'b'>>().toBeNever();
  });

  it('a type may be promised without a schema', () => {
    const promised = defineApplication('x', { told: direct<{ readonly at: number }>() });
    expectTypeOf<DataOf<typeof promised, 'told'>>().toEqualTypeOf<{ readonly at: number }>();
  });

  it('handlers are typed by it, and take only types of their kind', () => {
    const use = (client: ContractClient<typeof withZod>): void => {
      expectTypeOf(client.name).toEqualTypeOf<'crm'>();
      client.on('call.offered', ({ data, type }) => {
        expectTypeOf(data.from).toBeString();
        expectTypeOf(type).toEqualTypeOf<'call.offered'>();
      });
      client.onFetch('order.changed', ({ data }) => expectTypeOf(data.placed).toEqualTypeOf<Date>());
      expectTypeOf(client.on).parameter(0).toEqualTypeOf<'call.offered' | 'call.ended'>();
      expectTypeOf(client.onFetch).parameter(0).toEqualTypeOf<'order.changed'>();
    };
    expectTypeOf(use).toBeFunction();
  });
});
