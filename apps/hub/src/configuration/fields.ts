/**
 * Building blocks of the definition. Each carries one sentence that says the rule with an example; the sentence is the
 * fault's text whichever part of the rule was broken.
 */
import { z } from 'zod';
import { isName } from './text-rules.ts';

/** What a field says of itself in `hub.schema.json`. */
export interface Described {
  readonly description: string;
}

/** What is said of something that should be an object. */
export function object(example: string): { readonly error: string } {
  return { error: `must be an object, for example ${example}` };
}

/** A name of 1 to 256 bytes. */
export function name(example: string, description: string): z.ZodType<string> {
  const rule = `must be a text of 1 to 256 bytes without control characters, for example "${example}"`;
  return text({ rule, accepts: isName, description });
}

/** A whole number between two bounds. */
export function wholeNumber(
  field: Described & { readonly min: number; readonly max: number; readonly default: number },
): z.ZodDefault<z.ZodInt> {
  const error = `must be a whole number from ${field.min} to ${field.max}, for example ${field.default}`;
  return z.int({ error }).min(field.min, { error }).max(field.max, { error }).default(field.default).describe(field.description);
}

/** A yes or no. */
export function yesOrNo(field: Described & { readonly default: boolean }): z.ZodDefault<z.ZodBoolean> {
  return z.boolean({ error: 'must be true or false' }).default(field.default).describe(field.description);
}

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(
  words: Words,
  field: Described & { readonly rule?: string },
): z.ZodEnum<{ [Word in Words[number]]: Word }> {
  return z
    .enum(words, { error: field.rule ?? `must be one of ${words.map((word) => `"${word}"`).join(', ')}` })
    .describe(field.description);
}

/** A text that a function accepts. `pattern` goes into the JSON Schema. */
export function text(
  field: Described & { readonly rule: string; readonly accepts: (value: string) => boolean; readonly pattern?: RegExp },
): z.ZodType<string> {
  const checked = z.string({ error: field.rule });
  const shaped = field.pattern ? checked.regex(field.pattern, { error: field.rule }) : checked;
  return shaped.refine(field.accepts, { error: field.rule }).describe(field.description);
}

/** A list of different things. */
export function distinct<Item extends z.ZodType>(
  item: Item,
  field: Described & { readonly rule: string; readonly min?: number; readonly max: number },
): z.ZodArray<Item> {
  const { rule: error } = field;
  return z
    .array(item, { error })
    .min(field.min ?? 0, { error })
    .max(field.max, { error })
    .refine((items) => new Set(items.map((each) => JSON.stringify(each))).size === items.length, {
      error: `${error}; it names something twice`,
    })
    .describe(field.description);
}
