import type { Page, Request } from '@playwright/test';

interface Message {
  readonly id: string;
  readonly kind: string;
  readonly type: string;
  readonly data?: unknown;
  readonly fetch?: { readonly href: string };
}

interface Section {
  readonly messages?: readonly Message[];
  readonly gap?: { readonly losses: readonly { readonly reason: string; readonly count?: number }[] };
}

/** One poll as the browser saw it. */
export interface SeenPoll {
  readonly request: { readonly applications: Readonly<Record<string, { readonly cursor: string | null }>> };
  readonly answer?: { readonly applications?: Readonly<Record<string, Section>> };
  readonly status?: number;
}

/** Watches the page's traffic from outside: what the page says of itself is not taken for granted. */
export interface PollWatch {
  /** Requests to Pollux without an answer. */
  held(): number;
  /** Polls that were answered, the oldest first. */
  readonly answered: readonly SeenPoll[];
  /** Every other request, as `METHOD url`. */
  readonly others: readonly string[];
  /** Messages of an application in the order in which they came. */
  messagesOf(application: string): readonly Message[];
}

/** What the page's `fetch` gave, as it is told to the test. */
interface Told {
  readonly request: string;
  readonly status: number;
  readonly body: string;
}

/** Begins to watch; call it before the page is opened. */
export async function watchPolls(page: Page, pollux: string): Promise<PollWatch> {
  const held = new Set<Request>();
  const answered: SeenPoll[] = [];
  const others: string[] = [];
  page.on('request', (request) => {
    if (request.url() === `${pollux}/poll`) held.add(request);
    else others.push(`${request.method()} ${request.url()}`);
  });
  page.on('requestfailed', (request) => held.delete(request));
  page.on('requestfinished', (request) => held.delete(request));
  // The browser forgets the bodies of requests that a page is through with: they are read where they arrive.
  await page.exposeFunction('tellPoll', ({ request, status, body }: Told) => {
    const seen: SeenPoll = { request: JSON.parse(request) as SeenPoll['request'], status };
    answered.push(status === 200 ? { ...seen, answer: JSON.parse(body) as NonNullable<SeenPoll['answer']> } : seen);
  });
  await page.addInitScript(tellOfPolls, `${pollux}/poll`);
  return {
    held: () => held.size,
    answered,
    others,
    messagesOf: (application) => answered.flatMap(({ answer }) => answer?.applications?.[application]?.messages ?? []),
  };
}

/** Runs in the page. */
function tellOfPolls(pollUrl: string): void {
  const original = window.fetch;
  const { tellPoll } = window as unknown as { readonly tellPoll: (told: Told) => void };
  window.fetch = async (input, init) => {
    const response = await original(input, init);
    if (String(input) !== pollUrl) return response;
    const { status, headers } = response;
    const body = await response.text();
    tellPoll({ request: String(init?.body), status, body });
    return new Response(status === 204 ? null : body, { status, headers });
  };
}
