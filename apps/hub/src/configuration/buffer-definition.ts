/**
 * `buffer`: where messages wait. Flat, so that every setting has its variable and its `--set`; which settings belong to
 * which kind, and which a kind cannot do without, is told by `buffer-rules.ts`.
 */
import { z } from 'zod';
import type { BufferConfiguration } from './configuration.ts';
import { object, oneOf } from './fields.ts';

export const bufferDefinition: z.ZodType<BufferConfiguration> = z
  .strictObject(
    {
      kind: oneOf(['memory'], { description: 'Where messages wait: "memory" ends with the process.' }).default('memory'),
    },
    object('{ "kind": "memory" }'),
  )
  .prefault({})
  .describe('The message buffer.');
