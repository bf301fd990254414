import { createServlet, type ServletOptions } from '@pollux/core/server';
import { FetchExchange } from './fetch-exchange.ts';

/** Answers one request; what is not under the base path gets 404. */
export interface FetchHandler {
  (request: Request): Promise<Response>;
  /** Whether a request is for this handler, to let others have theirs. */
  matches(request: Request): boolean;
}

/**
 * Binds a communication server to any runtime whose servers are functions from `Request` to `Response`: Deno, Bun,
 * workerd, Hono, Next.js, SvelteKit, H3.
 *
 * A disconnect is honoured where the runtime aborts `request.signal`; elsewhere a held poll ends with its hold.
 *
 * @throws TypeError for a base path or an origin that cannot be right
 */
export function createFetchHandler(options: ServletOptions): FetchHandler {
  const servlet = createServlet(options);
  const handler = async (request: Request): Promise<Response> => {
    const exchange = new FetchExchange(request);
    servlet.handle(exchange);
    // Plain data crosses from the request that publishes to this one; the `Response` is made here, in its own request.
    const { status, headers, body } = await exchange.answered;
    return new Response(body, { status, headers: pairs(headers) });
  };
  return Object.assign(handler, { matches: (request: Request) => servlet.matches(new FetchExchange(request).target) });
}

function pairs(flat: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) found.push([flat[i] ?? '', flat[i + 1] ?? '']);
  return found;
}
