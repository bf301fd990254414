import type { ApplicationContract } from './application-contract.ts';

/** What a schema library offers beside the standard (standardschema.dev/json-schema), where it does. */
interface JsonSchemaSource {
  readonly '~standard': {
    readonly jsonSchema?: { readonly input: (options: { readonly target: 'draft-2020-12' }) => unknown };
  };
}

/** JSON Schemas of a contract's `direct` payloads by type, for forms; of those whose library tells them. */
export function jsonSchemasOf({ types }: ApplicationContract): Readonly<Record<string, unknown>> {
  const schemas: Record<string, unknown> = {};
  for (const [type, declared] of Object.entries(types)) {
    if (declared.kind !== 'direct') continue;
    try {
      // Without one the form takes any JSON, as it does where a schema has parts that JSON Schema cannot say.
      schemas[type] =
        (declared.schema as JsonSchemaSource | undefined)?.['~standard'].jsonSchema?.input({ target: 'draft-2020-12' }) ?? {};
    } catch {
      schemas[type] = {};
    }
  }
  return schemas;
}
