/** What operations are described with. */

/** Statuses that any request with a credential can meet. */
export const always: readonly string[] = ['401', '403', '500', '503'];

/** A component of the document by its name. */
export function component(kind: 'schemas' | 'responses', name: string): { readonly $ref: string } {
  return { $ref: `#/components/${kind}/${name}` };
}

/** The responses that refuse, by status. */
export function refusals(statuses: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(statuses.map((status) => [status, component('responses', `Problem${status}`)]));
}

/** A response of JSON. */
export function json(schema: string, description: string): unknown {
  return { description, content: { 'application/json': { schema: component('schemas', schema) } } };
}

/** A request's body of JSON, or of other media types. */
export function body(schema: unknown, others: Readonly<Record<string, unknown>> = {}): unknown {
  return { required: true, content: { 'application/json': { schema }, ...others } };
}
