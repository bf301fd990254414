/** Holds what is published, and what is received, against a contract. */
import type { Check } from '../client/check.ts';
import type { Notification } from '../protocol/types.ts';
import type { ApplicationContract, ContractType } from './application-contract.ts';
import { isMadeFrom } from './fetch-path.ts';
import type { SchemaIssue, SchemaResult, StandardSchema } from './standard-schema.ts';

/** Where something is not as the contract has it, and why. */
export interface Mismatch {
  /** A path into the notification: `type`, `kind`, `fetch.href`, `data.from`. */
  readonly field: string;
  readonly detail: string;
}

function pathOf({ path = [] }: SchemaIssue): string {
  // A library's own kind of array may not be one to `map`.
  return Array.from(path, (part) => `.${String(typeof part === 'object' ? part.key : part)}`).join('');
}

function mismatchOf({ issues }: SchemaResult<unknown>, root: string): Mismatch | undefined {
  if (issues === undefined) return undefined;
  const [first] = issues;
  return { field: first === undefined ? root : root + pathOf(first), detail: first?.message ?? 'It is not as declared.' };
}

/** A schema that throws at something fails that alone, not what comes in the same request. */
function validate({ '~standard': standard }: StandardSchema, data: unknown): ReturnType<typeof standard.validate> {
  try {
    return standard.validate(data);
  } catch {
    return { issues: [{ message: 'The schema of this type failed at it.' }] };
  }
}

function declaredIn({ types }: ApplicationContract, type: string): ContractType | undefined {
  return Object.hasOwn(types, type) ? types[type] : undefined;
}

/** What of a notification is not as the contract has it. */
export function findMismatch(contract: ApplicationContract, { kind, type, data, fetch }: Notification): Mismatch | undefined {
  const declared = declaredIn(contract, type);
  if (declared === undefined) {
    const known = Object.keys(contract.types).map((name) => JSON.stringify(name));
    return { field: 'type', detail: `The contract of ${contract.name} has the types ${known.join(', ') || 'none'}.` };
  }
  if (declared.kind !== kind) return { field: 'kind', detail: `Messages of this type are ${declared.kind}.` };
  if (declared.kind === 'fetch') {
    if (fetch !== undefined && isMadeFrom(fetch.href, declared.path)) return undefined;
    return { field: 'fetch.href', detail: `Messages of this type name ${declared.path}.` };
  }
  if (declared.schema === undefined) return undefined;
  const result = validate(declared.schema, data);
  if ('then' in result) {
    result.then(undefined, () => undefined);
    throw new TypeError(
      `The schema of ${contract.name}'s type ${JSON.stringify(type)} answers later (it has an asynchronous part). ` +
        'What is published is checked at once: leave that part to the handlers.',
    );
  }
  return mismatchOf(result, 'data');
}

/**
 * A client's `check` by a contract: a message that is not as declared is not handled but reported as failed, and a
 * `fetch` type's handlers get what its schema made of the answer.
 *
 * @example
 * client.application(crm, { check: checkBy(crm) });
 */
export function checkBy(contract: ApplicationContract): Check {
  return async ({ kind, type }, data) => {
    const declared = declaredIn(contract, type);
    if (declared === undefined || declared.kind !== kind) return `${contract.name} has no ${kind} type ${JSON.stringify(type)}`;
    const { schema } = declared as { readonly schema?: StandardSchema };
    if (schema === undefined) return undefined;
    const result = await schema['~standard'].validate(data);
    const mismatch = mismatchOf(result, 'data');
    if (mismatch !== undefined) return `${mismatch.field}: ${mismatch.detail}`;
    // What was published is delivered as it is; what was fetched is the page's own.
    return kind === 'fetch' && !result.issues ? { data: result.value } : undefined;
  };
}
