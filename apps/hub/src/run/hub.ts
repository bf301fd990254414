/** Puts the parts together: communication server, identity, listeners, logs, metrics; and takes them apart in order. */
import type { TransferOptions } from '@pollux/admin';
import { authorizePublisherKeys } from '@pollux/auth';
import { createCommunicationServer } from '@pollux/core/server';
import { createNodeHandler } from '@pollux/node';
import type { Logger } from 'pino';
import type { AdminConfiguration, HubConfiguration } from '../configuration/configuration.ts';
import { type GracefulServer, startServer } from '../http/graceful-server.ts';
import { send } from '../http/respond.ts';
import { createDevelopmentSignIn } from '../identity/development-sign-in.ts';
import { createAuthentication, createSigner } from '../identity/tokens.ts';
import { logEvents } from '../observability/event-log.ts';
import { createMetrics, type Metrics } from '../observability/metrics.ts';
import { startAdmin } from './admin-listener.ts';
import type { Membership } from './membership.ts';
import { openBuffer } from './open-buffer.ts';

/** A hub that serves. */
export interface Hub {
  /** With the base path: `http://127.0.0.1:4100/pollux`. */
  readonly url: string;
  /** Of the console; undefined where the configuration has no `admin`. */
  readonly adminUrl: string | undefined;
  /** Resolves once everything was handed over by a final export: there is nothing left to do but `stop`. */
  readonly exported: Promise<void>;
  /** Accepts nothing more from now on, and answers whoever is held. */
  seal(): Promise<void>;
  /** Answers what is owed and ends. Idempotent. */
  stop(): Promise<void>;
}

/** Milliseconds that clients get to take their last answers. */
const patienceMs = 5000;
const adminPatienceMs = 1000;

/** Starts a hub, as one of several where it is told so; throws `ListenError` where a port cannot be had. */
export async function startHub(configuration: HubConfiguration, logger: Logger, among?: Membership): Promise<Hub> {
  const { applications, basePath, limits, origins } = configuration;
  const buffer = await openBuffer(configuration, among?.socket);
  const server = createCommunicationServer({ applications, limits, buffer });
  const metrics: Metrics | undefined = configuration.admin && createMetrics(server);
  const stopLog = logEvents(server, logger);
  const authenticate = createAuthentication(configuration.identity.tokens, (reason) =>
    metrics?.authenticationFailed('client', reason),
  );
  const authorizePublisher = authorizePublisherKeys(
    Object.fromEntries(Object.entries(applications).map(([name, { publisherKeys }]) => [name, publisherKeys])),
    { refused: () => metrics?.authenticationFailed('publisher', 'unknown-key') },
  );
  const handle = createNodeHandler({ server, basePath, origins, authenticate, authorizePublisher });
  const sign = configuration.identity.developmentSignIn ? createSigner(configuration.identity.tokens) : undefined;
  const signIn = sign && createDevelopmentSignIn({ basePath, origins, sign });
  let ready = true;
  let finished = (): void => {};
  const exported = new Promise<void>((resolve) => {
    finished = resolve;
  });
  const transfer: TransferOptions = {
    buffer,
    finished: () => finished(),
    seal: () => (among === undefined ? seal() : among.sealAll()),
  };
  let admin: GracefulServer | undefined;
  let stopping: Promise<void> | undefined;

  function seal(): Promise<void> {
    ready = false;
    return server.close(configuration.shutdown);
  }

  async function release(): Promise<void> {
    await admin?.end(() => Promise.resolve(), adminPatienceMs);
    await buffer.close();
    stopLog();
    metrics?.stop();
  }

  async function open(): Promise<GracefulServer> {
    try {
      if (configuration.admin && metrics)
        admin = await startAdmin(consoleOf(configuration.admin, among), {
          server,
          metrics,
          transfer,
          logger,
          isReady: () => ready,
        });
      return await startServer(
        (req, res) => {
          if (signIn?.(req, res) || handle(req, res)) return;
          send(res, 404, 'text/plain; charset=utf-8', `There is nothing at this address; Pollux answers under ${basePath}.\n`);
        },
        { ...configuration.listen, ...(among !== undefined && { port: among.port }) },
        'listen',
      );
    } catch (error) {
      await server.close({ drainSeconds: 0 });
      await release();
      throw error;
    }
  }

  const listening = await open();

  async function end(): Promise<void> {
    ready = false;
    const held = server.inspect.totals().heldPolls;
    logger.info({ held }, 'ending: held polls are answered');
    const cut = await listening.end(() => server.close(configuration.shutdown), patienceMs);
    if (cut > 0) logger.warn({ connections: cut }, 'connections that did not take their answers in time were cut');
    await release();
    logger.info('ended');
  }

  return {
    url: listening.url + basePath,
    adminUrl: admin?.url,
    exported,
    seal,
    stop() {
      stopping ??= end();
      return stopping;
    },
  };
}

/** Each of several hubs has a console of its own, at the next port. */
function consoleOf(admin: AdminConfiguration, among: Membership | undefined): AdminConfiguration {
  return among === undefined || admin.port === 0 ? admin : { ...admin, port: admin.port + among.slot };
}
