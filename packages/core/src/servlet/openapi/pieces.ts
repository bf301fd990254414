/** Schemas that others are made of. */
import { nameBytes } from '../../protocol/limits.ts';

export const ref = (name: string): { readonly $ref: string } => ({ $ref: `#/components/schemas/${name}` });
export const name: Readonly<Record<string, unknown>> = {
  type: 'string',
  minLength: 1,
  maxLength: nameBytes,
  description: `1 to ${nameBytes} bytes of UTF-8, no control characters, compared exactly.`,
};
export const cursor: Readonly<Record<string, unknown>> = {
  type: 'string',
  description: 'Opaque. Returning it acknowledges everything up to it.',
};
export const seconds: Readonly<Record<string, unknown>> = { type: 'number', minimum: 0 };
