import { problem } from '../protocol/problem.ts';
import { systemClock, systemRandom } from '../protocol/system-environment.ts';
import { serveAcknowledge } from './acknowledge.ts';
import { asClient } from './as-client.ts';
import type { Exchange } from './exchange.ts';
import { type HeaderSet, headerSets } from './headers.ts';
import { openApiDocument } from './openapi/document.ts';
import { servePoll } from './poll.ts';
import { servePublish } from './publish.ts';
import { findRoute, methods, pathUnder, type Route } from './routes.ts';
import { respondFailure, respondJson, respondProblem, type Service } from './service.ts';
import type { Servlet, ServletOptions } from './servlet.ts';
import { serveErase, serveGoodbye, serveHealth, serveStatus, serveTicket, serveWithdraw } from './small-services.ts';
import { serveEventSource } from './stream.ts';
import { createTickets } from './tickets.ts';

/**
 * Makes the HTTP face of a communication server, for an adapter to bind to a runtime.
 *
 * @throws TypeError for a base path or an origin that cannot be right
 */
export function createServlet(options: ServletOptions): Servlet {
  const basePath = checkBasePath(options.basePath ?? '/pollux');
  const sets = headerSets(checkOrigins(options.origins ?? []));
  const elsewhere = sets.get('') as HeaderSet;
  const tickets = createTickets(options.clock ?? systemClock, options.random ?? systemRandom);
  options.server.onDisconnect(tickets.revoke);
  const service: Service = {
    basePath,
    origins: new Set(options.origins),
    tickets,
    server: options.server,
    authenticate: options.authenticate ?? (() => undefined),
    authorizePublisher: options.authorizePublisher ?? (() => undefined),
    headersFor: (exchange) => (sets.size === 1 ? elsewhere : (sets.get(exchange.header('origin') ?? '') ?? elsewhere)),
  };
  const pollTarget = `${basePath}/poll`;

  function serve(exchange: Exchange): void {
    if (exchange.target === pollTarget && exchange.method === 'POST') return servePoll(service, exchange);
    const path = pathUnder(basePath, exchange.target);
    const route = path === undefined ? undefined : findRoute(path);
    if (route === undefined) return respondProblem(service, exchange, problem('not-found'));
    if (exchange.method === 'OPTIONS') return preflight(service, sets, exchange, methods[route.kind]);
    if (!methods[route.kind].includes(exchange.method)) return refuseMethod(service, exchange, methods[route.kind]);
    dispatch(service, exchange, route);
  }

  return {
    basePath,
    matches: (target) => pathUnder(basePath, target) !== undefined,
    handle(exchange) {
      try {
        serve(exchange);
      } catch (failure) {
        respondFailure(service, exchange, failure);
      }
    },
  };
}

function dispatch(service: Service, exchange: Exchange, route: Route): void {
  switch (route.kind) {
    case 'poll':
      return servePoll(service, exchange);
    case 'stream':
      return serveEventSource(service, exchange);
    case 'ack':
      return asClient(service, exchange, (identity) => serveAcknowledge(service, exchange, identity));
    case 'ticket':
      return serveTicket(service, exchange);
    case 'health':
      return serveHealth(service, exchange);
    case 'openapi':
      return respondJson(service, exchange, 200, openApiDocument(service.basePath, service.server.limits));
    case 'session':
      return serveGoodbye(service, exchange, route.id);
    case 'notifications':
      return servePublish(service, exchange, route.application);
    case 'notification':
      return exchange.method === 'GET'
        ? serveStatus(service, exchange, route.application, route.id)
        : serveWithdraw(service, exchange, route.application, route.id);
    case 'recipient':
      return serveErase(service, exchange, route.application, route.recipient);
  }
}

function preflight(service: Service, sets: ReadonlyMap<string, HeaderSet>, exchange: Exchange, allowed: readonly string[]): void {
  const origin = exchange.header('origin');
  if (origin === undefined)
    return exchange.respond({
      status: 204,
      headers: [...service.headersFor(exchange).empty, 'allow', allowed.join(', ')],
      body: '',
    });
  const set = sets.get(origin);
  if (set === undefined || origin === '') return respondProblem(service, exchange, problem('origin-not-allowed'));
  exchange.respond({ status: 204, headers: set.preflight, body: '' });
}

function refuseMethod(service: Service, exchange: Exchange, allowed: readonly string[]): void {
  const found = problem('method-not-allowed', { detail: `Allowed here: ${allowed.join(', ')}.` });
  exchange.respond({
    status: 405,
    headers: [...service.headersFor(exchange).problem, 'allow', allowed.join(', ')],
    body: JSON.stringify(found),
  });
}

function checkBasePath(path: string): string {
  if (path === '' || /^(?:\/[A-Za-z0-9._~-]+)+$/.test(path)) return path;
  throw new TypeError(
    `basePath: ${JSON.stringify(path)} is not usable. It begins with / and does not end with one, for example '/pollux'; '' is the root.`,
  );
}

function checkOrigins(origins: readonly string[]): readonly string[] {
  for (const origin of origins) {
    if (/^https?:\/\/[^/?#@\s*]+$/.test(origin) && origin === origin.toLowerCase()) continue;
    throw new TypeError(
      `origins: ${JSON.stringify(origin)} is not an origin. Give it as browsers send it, for example 'https://portal.example'; '*' is not possible because credentials are sent.`,
    );
  }
  return origins;
}
