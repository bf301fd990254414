import { applicationPattern, nameBytes } from '../protocol/limits.ts';
import { isName } from '../protocol/text.ts';
import type { ApplicationContract, ContractType, DirectType, FetchType } from './application-contract.ts';
import { checkPath } from './fetch-path.ts';
import type { SchemaInput, SchemaOutput, StandardSchema } from './standard-schema.ts';

/**
 * Declares an application once, for its publishers, its client code and the console.
 *
 * @throws TypeError for a name that no application or type can have
 * @example
 * export const crm = defineApplication('crm', {
 *   'call.offered': direct(z.object({ from: z.string() })),
 *   'order.changed': fetchFrom('/api/orders/:id', order),
 * });
 */
export function defineApplication<const Name extends string, const Types extends Readonly<Record<string, ContractType>>>(
  name: Name,
  types: Types,
): ApplicationContract<Name, Types> {
  if (!applicationPattern.test(name)) {
    throw new TypeError(
      `defineApplication: ${JSON.stringify(name)} is not a usable name. Names begin with a letter a to z, followed by up to 62 of a-z, 0-9 and -.`,
    );
  }
  for (const type of Object.keys(types)) {
    if (isName(type, nameBytes)) continue;
    throw new TypeError(`defineApplication: ${JSON.stringify(type)} is no type. Types are texts of 1 to ${nameBytes} bytes.`);
  }
  return Object.freeze({ name, types });
}

/** A type whose messages carry the data itself, checked by a schema of any library that follows Standard Schema. */
export function direct<Schema extends StandardSchema>(schema: Schema): DirectType<SchemaInput<Schema>, SchemaOutput<Schema>>;
/** A type whose messages carry the data itself, unchecked: the type is a promise of the publisher's. */
export function direct<Data = unknown>(): DirectType<Data>;
export function direct(schema?: StandardSchema): DirectType {
  return schema === undefined ? { kind: 'direct' } : { kind: 'direct', schema };
}

/**
 * A type whose messages tell the client what to fetch: an absolute path or URL with parameters as whole segments. The
 * schema is that of the body that the application's own server answers with.
 *
 * @throws TypeError for a path that no client would fetch
 */
export function fetchFrom<const Path extends string, Schema extends StandardSchema>(
  path: Path,
  schema: Schema,
): FetchType<Path, SchemaInput<Schema>, SchemaOutput<Schema>>;
/** The same without a schema: the result is what the JSON says. */
export function fetchFrom<const Path extends string>(path: Path): FetchType<Path>;
export function fetchFrom(path: string, schema?: StandardSchema): FetchType {
  checkPath(path);
  return schema === undefined ? { kind: 'fetch', path } : { kind: 'fetch', path, schema };
}
