/** The second listener: metrics, health, and the console with its procedures. */

import { existsSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAdminHandler, type TransferOptions } from '@pollux/admin';
import type { CommunicationServer } from '@pollux/core/server';
import type { Logger } from 'pino';
import type { AdminConfiguration } from '../configuration/configuration.ts';
import { isLoopback } from '../configuration/text-rules.ts';
import { type GracefulServer, startServer } from '../http/graceful-server.ts';
import { hostNameOf, pathOf, send, sendJson, sendProblem } from '../http/respond.ts';
import type { Metrics } from '../observability/metrics.ts';
import { version } from '../version.ts';

/** The directory of the built console, where it is built. */
function findConsole(): string | undefined {
  try {
    const directory = fileURLToPath(new URL('dist', import.meta.resolve('@pollux/console/package.json')));
    return existsSync(join(directory, 'index.html')) ? directory : undefined;
  } catch {
    return undefined;
  }
}

/** What the listener shows. */
export interface AdminParts {
  readonly server: CommunicationServer;
  readonly metrics: Metrics;
  readonly transfer: TransferOptions;
  readonly logger: Logger;
  /** False from the moment on at which the hub was asked to end. */
  readonly isReady: () => boolean;
}

/** Starts the listener. Its `end` closes the live streams as well. */
export async function startAdmin(configuration: AdminConfiguration, parts: AdminParts): Promise<GracefulServer> {
  const { server, metrics, transfer, logger, isReady } = parts;
  const consoleDirectory = findConsole();
  if (consoleDirectory === undefined)
    logger.warn('the console is not built, so only metrics, health and procedures are served: npm run build');
  const handle = createAdminHandler({
    server,
    transfer,
    credentials: configuration.credentials,
    environment: configuration.environment,
    origins: configuration.origins,
    audit: ({ atMs: _, ...line }) => logger.info({ event: 'audit', ...line }, 'console'),
    ...(consoleDirectory !== undefined && { consoleDirectory }),
  });
  const startedMs = Date.now();
  // A rebound DNS name would let any page in a browser on this machine read them.
  const mayReadMetrics = (req: IncomingMessage): boolean => configuration.allowRemote || isLoopback(hostNameOf(req));

  const listening = await startServer(
    (req, res) => {
      const path = pathOf(req);
      if (path === '/health') {
        const uptimeSeconds = Math.floor((Date.now() - startedMs) / 1000);
        const { grade, state, ...more } = server.inspect.storage();
        const status = isReady() ? state : 'draining';
        // Reasons and sizes are for those who may read the metrics.
        const buffer = { grade, state, ...(mayReadMetrics(req) && more) };
        const isUp = status === 'ok' || status === 'degraded';
        sendJson(res, isUp ? 200 : 503, { status, version, uptimeSeconds, buffer });
      } else if (path === '/metrics') {
        if (!mayReadMetrics(req)) return sendProblem(res, 'forbidden', { detail: 'Metrics answer under loopback names only.' });
        metrics.text().then(
          (text) => send(res, 200, metrics.contentType, text),
          (error: unknown) => {
            logger.error({ err: error }, 'metrics failed');
            send(res, 500, 'text/plain; charset=utf-8', 'The metrics could not be gathered; the log says why.\n');
          },
        );
      } else if (!handle(req, res)) sendProblem(res, 'not-found');
    },
    configuration,
    'admin',
  ).catch((error: unknown) => {
    handle.close();
    throw error;
  });
  return {
    url: listening.url,
    end(finish, patienceMs) {
      handle.close();
      return listening.end(finish, patienceMs);
    },
  };
}
