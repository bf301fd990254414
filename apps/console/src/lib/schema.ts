/** The part of JSON Schema that a form can show; whatever lies beyond it is edited as JSON. */
export interface Schema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const simple = new Set(['string', 'number', 'integer', 'boolean']);

/** Whether a form can show the whole schema: an object of simple fields and objects of such. */
export function isFormable(schema: Schema | undefined): boolean {
  if (!schema?.properties) return false;
  return Object.values(schema.properties).every(
    (field) => field.enum !== undefined || simple.has(field.type ?? '') || isFormable(field),
  );
}

/** A believable value: the default, an example, the first choice, or the least that fits. */
export function exampleOf(schema: Schema | undefined): Json {
  if (!schema) return {};
  const given = schema.const ?? schema.default ?? schema.examples?.[0] ?? schema.enum?.[0];
  if (given !== undefined) return given as Json;
  switch (schema.type) {
    case 'string':
      return '';
    case 'number':
    case 'integer':
      return schema.minimum ?? 0;
    case 'boolean':
      return false;
    case 'array':
      return schema.items ? [exampleOf(schema.items)] : [];
    default:
      return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, field]) => [name, exampleOf(field)]));
  }
}

function wrongType(schema: Schema, value: unknown): string | undefined {
  switch (schema.type) {
    case 'string':
      return typeof value === 'string' ? undefined : 'must be a text';
    case 'number':
      return typeof value === 'number' ? undefined : 'must be a number';
    case 'integer':
      return Number.isInteger(value) ? undefined : 'must be a whole number';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be true or false';
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'must be an object';
    case 'array':
      return Array.isArray(value) ? undefined : 'must be an array';
    default:
      return undefined;
  }
}

function wrongValue(schema: Schema, value: unknown): string | undefined {
  if (schema.enum && !schema.enum.includes(value)) return `must be one of ${schema.enum.join(', ')}`;
  if (typeof value === 'number' && schema.minimum !== undefined && value < schema.minimum)
    return `must be at least ${schema.minimum}`;
  if (typeof value === 'number' && schema.maximum !== undefined && value > schema.maximum)
    return `must be at most ${schema.maximum}`;
  if (typeof value === 'string' && schema.minLength !== undefined && value.length < schema.minLength)
    return `needs at least ${schema.minLength} characters`;
  if (typeof value === 'string' && schema.maxLength !== undefined && value.length > schema.maxLength)
    return `takes at most ${schema.maxLength} characters`;
  return undefined;
}

/** The first thing wrong with a value, by path; the server has the last word. */
export function findWrong(
  schema: Schema | undefined,
  value: unknown,
  path = '',
): { readonly path: string; readonly detail: string } | undefined {
  if (!schema) return undefined;
  const detail = wrongType(schema, value) ?? wrongValue(schema, value);
  if (detail) return { path, detail };
  if (!schema.properties || typeof value !== 'object' || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  for (const [name, field] of Object.entries(schema.properties)) {
    const at = path === '' ? name : `${path}.${name}`;
    const isMissing = fields[name] === undefined;
    if (isMissing && schema.required?.includes(name)) return { path: at, detail: 'is required' };
    const wrong = isMissing ? undefined : findWrong(field, fields[name], at);
    if (wrong) return wrong;
  }
  return undefined;
}
