/** A request that was answered, but not with what was asked for. */
export class UnexpectedAnswer extends Error {
  readonly status: number;

  constructor(status: number, title: string) {
    super(title);
    this.status = status;
  }
}

/** Gets JSON, or posts `body` as JSON. Throws the answer's own words where it is no success, and the host's name where none came. */
export async function fetchJson<Value>(url: string, body?: unknown): Promise<Value> {
  const init: RequestInit =
    body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(url, init).catch(() => {
    throw new Error(`${new URL(url, location.href).host} cannot be reached`);
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer as Value;
  const title = (answer as { readonly title?: string } | undefined)?.title;
  throw new UnexpectedAnswer(response.status, title ?? `The server answered ${response.status}`);
}
