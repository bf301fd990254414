/** One contract, declared with each of three libraries. */
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import {
  type ApplicationContract,
  type DirectType,
  defineApplication,
  direct,
  type FetchType,
  fetchFrom,
} from '../../src/index.ts';

interface Offered {
  readonly from: string;
  readonly lines?: { readonly n: number }[] | undefined;
}

type Crm = ApplicationContract<
  'crm',
  {
    readonly 'call.offered': DirectType<Offered>;
    readonly 'call.ended': DirectType;
    readonly 'order.changed': FetchType<'/api/orders/:id', { id: string; placed: string }, { id: string; placed: Date }>;
  }
>;

const path = '/api/orders/:id';

export const withZod: Crm = defineApplication('crm', {
  'call.offered': direct(z.object({ from: z.string().min(3), lines: z.array(z.object({ n: z.number() })).optional() })),
  'call.ended': direct(),
  'order.changed': fetchFrom(path, z.object({ id: z.string(), placed: z.iso.date().transform((text) => new Date(text)) })),
});

const withValibot: Crm = defineApplication('crm', {
  'call.offered': direct(
    v.object({ from: v.pipe(v.string(), v.minLength(3)), lines: v.optional(v.array(v.object({ n: v.number() }))) }),
  ),
  'call.ended': direct(),
  'order.changed': fetchFrom(
    path,
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

const withArktype: Crm = defineApplication('crm', {
  'call.offered': direct(type({ from: 'string >= 3', 'lines?': type({ n: 'number' }).array() })),
  'call.ended': direct(),
  'order.changed': fetchFrom(path, type({ id: 'string', placed: 'string.date.parse' })),
});

export const contracts: Readonly<Record<'zod' | 'valibot' | 'arktype', Crm>> = {
  zod: withZod,
  valibot: withValibot,
  arktype: withArktype,
};
