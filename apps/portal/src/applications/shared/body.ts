import { Refusal } from './json-server.ts';

/** A text field of a JSON body. Refuses with 400 where it is missing or no text of 1 to `most` characters. */
export function textField(body: unknown, name: string, most = 256): string {
  const value = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  if (typeof value !== 'string' || value.length === 0 || value.length > most) {
    throw new Refusal(400, `"${name}" must be a text of 1 to ${most} characters`);
  }
  return value;
}

/** A text field that may be left out. */
export function optionalTextField(body: unknown, name: string, most = 256): string | undefined {
  const given = typeof body === 'object' && body !== null && name in body;
  return given ? textField(body, name, most) : undefined;
}
