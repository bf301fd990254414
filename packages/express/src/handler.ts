import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServletOptions } from '@pollux/core/server';
import { createNodeHandler } from '@pollux/node';

/** A middleware of Express 4 and 5, and of whatever else takes Connect's. */
export type ExpressHandler = (request: IncomingMessage, response: ServerResponse, next: (failure?: unknown) => void) => void;

/**
 * Binds a communication server to Express.
 *
 * Mount it where clients shall find it, `app.use('/pollux', createExpressHandler({ server, authenticate }))`: it answers
 * everything under the mount. With a `basePath` of its own it answers that and leaves the rest to `next`. In
 * `authenticate`, `request.native` is Express's request, with the host's session or user on it. Body parsers and
 * compression before it do no harm.
 *
 * @throws TypeError for a base path or an origin that cannot be right
 */
export function createExpressHandler(options: ServletOptions): ExpressHandler {
  // Middleware before this one may have wrapped the response, and knows `setHeader` only.
  const handle = createNodeHandler({ ...options, basePath: options.basePath ?? '' }, { headers: 'set-one-by-one' });
  return (request, response, next) => {
    const powered = response.getHeader('x-powered-by');
    // What a host runs is nobody's business; put back where the request is not ours.
    response.removeHeader('x-powered-by');
    if (handle(request, response)) return;
    if (powered !== undefined) response.setHeader('x-powered-by', powered);
    next();
  };
}
