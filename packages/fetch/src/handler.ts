import { createServlet, type ServletOptions } from '@pollux/core/server';
import { type FetchAnswer, FetchExchange } from './fetch-exchange.ts';

export interface FetchHandlerOptions extends ServletOptions {
  /**
   * Called by each request when it arrives and twice a second while it is held, within that request. Only for workerd
   * without a Durable Object: see `createIsolateClock`. @default no such calls, and no timer for them
   */
  readonly whileHeld?: () => void;
}

/** Answers one request; what is not under the base path gets 404. */
export interface FetchHandler {
  (request: Request): Promise<Response>;
  /** Whether a request is for this handler, to let others have theirs. */
  matches(request: Request): boolean;
}

/** Milliseconds between two calls of `whileHeld`. */
const heldMs = 500;

/**
 * Binds a communication server to any runtime whose servers are functions from `Request` to `Response`: Deno, Bun,
 * workerd, Hono, Next.js, SvelteKit, H3.
 *
 * A disconnect is honoured where the runtime aborts `request.signal`; elsewhere a held poll ends with its hold.
 *
 * @throws TypeError for a base path or an origin that cannot be right
 */
export function createFetchHandler(options: FetchHandlerOptions): FetchHandler {
  const servlet = createServlet(options);
  const { whileHeld } = options;
  const handler = async (request: Request): Promise<Response> => {
    // With two Host headers, whoever stands before this server may have gone by the other one.
    if (request.headers.get('host')?.includes(',') === true) return new Response(null, { status: 400 });
    const exchange = new FetchExchange(request);
    servlet.handle(exchange);
    // Plain data crosses from the request that publishes to this one; the `Response` is made here, in its own request.
    const { status, headers, body } = await (whileHeld === undefined ? exchange.answered : attended(exchange, whileHeld));
    return new Response(body, { status, headers: pairs(headers) });
  };
  return Object.assign(handler, { matches: (request: Request) => servlet.matches(new FetchExchange(request).target) });
}

/** Waits for the answer, and for the end of its stream, with a timer that belongs to this request. */
async function attended({ answered }: FetchExchange, whileHeld: () => void): Promise<FetchAnswer> {
  whileHeld();
  const timer = setInterval(whileHeld, heldMs);
  const stop = (): void => clearInterval(timer);
  try {
    const answer = await answered;
    if (answer.over === undefined) stop();
    else answer.over.then(stop, stop);
    return answer;
  } catch (failure) {
    stop();
    throw failure;
  }
}

function pairs(flat: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) found.push([flat[i] ?? '', flat[i + 1] ?? '']);
  return found;
}
