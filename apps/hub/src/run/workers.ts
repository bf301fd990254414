/**
 * Several processes that serve one port, so that all cores work: each is a hub of its own, and any of them serves any poll.
 * The process that was started has the message buffer, shares it with them, and starts a worker anew that has ended.
 */
import cluster, { type Worker } from 'node:cluster';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shareBuffer } from '@pollux/node/sharing';
import type { Logger } from 'pino';
import type { HubConfiguration, ListenConfiguration } from '../configuration/configuration.ts';
import { openBuffer } from './open-buffer.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

/** Workers that serve. */
export interface Workers {
  readonly url: string;
  /** Each worker's own, in their order; none where the configuration has no `admin`. */
  readonly consoles: readonly string[];
  readonly exported: Promise<void>;
  /** Has each answer what it owes, and ends them. Idempotent. */
  stop(): Promise<void>;
}

/** A worker that could not start; it has said why. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError';
}

/** Milliseconds before a worker is started anew, at first and at most: one that ends at once is not started in a loop. */
const firstAgainMs = 100;
const mostAgainMs = 5000;
/** Milliseconds of serving after which a worker counts as one that works. */
const provenMs = 10_000;
/** Milliseconds that workers get to end, beyond the time in which clients are told to come back elsewhere. */
const patienceMs = 15_000;

type Serving = FromWorker & { readonly kind: 'serving' };

/** A place among the workers, and who has it now. */
interface Slot {
  readonly index: number;
  worker: Worker | undefined;
  againMs: number;
  timer: NodeJS.Timeout | undefined;
}

/** Starts the workers; throws `WorkerError` where one cannot serve. */
export async function startWorkers(configuration: HubConfiguration, logger: Logger): Promise<Workers> {
  // Each takes connections from the one port by itself. Handed out in turns, one that is on its way to a worker that dies is
  // left open with nobody to answer it.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  const port = await chosenPort(configuration.listen);
  const { socket, close } = await shareWhatIsOne(configuration);
  let isEnding = false;
  let finished = (): void => {};
  const exported = new Promise<void>((resolve) => {
    finished = resolve;
  });
  const slots: Slot[] = Array.from({ length: configuration.workers }, (_, index) => ({
    index,
    worker: undefined,
    againMs: firstAgainMs,
    timer: undefined,
  }));
  let unsealed: Set<Worker> | undefined;
  /** What all were told last to do; one that was still starting did not hear it, and is told when it serves. */
  let order: ToWorker | undefined;

  function tell(worker: Worker | undefined, message: ToWorker): void {
    if (worker?.isConnected() === true) worker.send(message);
  }

  function orderAll(message: ToWorker): void {
    order = message;
    for (const { worker } of slots) tell(worker, message);
  }

  function sealed(worker: Worker): void {
    if (unsealed?.delete(worker) !== true || unsealed.size > 0) return;
    for (const slot of slots) tell(slot.worker, { kind: 'all-sealed' });
  }

  function heard(worker: Worker, { kind }: FromWorker): void {
    switch (kind) {
      case 'seal-all':
        // From now on none is started anew: it would accept.
        startNoMore();
        unsealed = new Set(slots.flatMap((slot) => slot.worker ?? []));
        orderAll({ kind: 'seal' });
        return;
      case 'sealed':
        sealed(worker);
        return;
      case 'exported':
        finished();
        return;
      default:
    }
  }

  /** Starts a worker in a slot. Resolves once it serves; rejects where it ends before. */
  function start(slot: Slot): Promise<Serving> {
    const worker = cluster.fork();
    slot.worker = worker;
    let servesSinceMs: number | undefined;
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'here')
          tell(worker, { kind: 'begin', slot: slot.index, port, ...(socket !== undefined && { socket }) });
        else if (message.kind === 'serving') {
          servesSinceMs = performance.now();
          if (order !== undefined) tell(worker, order);
          resolve(message);
        } else heard(worker, message);
      });
      worker.on('exit', (code, signal) => ended(signal === null ? `with ${code}` : `by ${signal}`));
      // What it is told while it ends cannot be said; its exit follows. One that could not be started has none.
      worker.on('error', (error: Error) => {
        if (worker.process.pid === undefined) ended(`with ${error.message}`);
      });

      function ended(how: string): void {
        slot.worker = undefined;
        sealed(worker);
        if (servesSinceMs === undefined) reject(new WorkerError(`worker ${slot.index + 1} ended ${how} before it served`));
        else if (!isEnding) startAgain(slot, how, performance.now() - servesSinceMs);
      }
    });
  }

  function startAgain(slot: Slot, how: string, servedMs: number): void {
    if (servedMs >= provenMs) slot.againMs = firstAgainMs;
    logger.error({ worker: slot.index + 1, how, againMs: slot.againMs }, 'a worker ended: another takes its place');
    slot.timer = setTimeout(() => {
      slot.againMs = Math.min(slot.againMs * 2, mostAgainMs);
      start(slot).then(
        () => logger.info({ worker: slot.index + 1 }, 'a worker serves again'),
        (error: Error) => {
          if (!isEnding) startAgain(slot, error.message, 0);
        },
      );
    }, slot.againMs);
  }

  function startNoMore(): void {
    isEnding = true;
    for (const { timer } of slots) clearTimeout(timer);
  }

  async function end(): Promise<void> {
    startNoMore();
    const running = slots.flatMap(({ worker }) => worker ?? []);
    const ended = Promise.all(running.map((worker) => new Promise((resolve) => worker.once('exit', resolve))));
    orderAll({ kind: 'end' });
    const patience = setTimeout(
      () => {
        for (const worker of running) worker.process.kill('SIGKILL');
        logger.warn('workers that did not end in time were killed');
      },
      configuration.shutdown.drainSeconds * 1000 + patienceMs,
    );
    await ended;
    clearTimeout(patience);
    await close();
    logger.info('ended');
  }

  let serving: readonly Serving[];
  try {
    // What is wrong with one is wrong with all, and is said once.
    const [first, ...others] = slots;
    serving = first === undefined ? [] : [await start(first), ...(await Promise.all(others.map(start)))];
  } catch (error) {
    await end();
    throw error;
  }
  let stopping: Promise<void> | undefined;
  return {
    url: serving[0]?.url ?? '',
    consoles: serving.flatMap(({ console }) => console ?? []),
    exported,
    stop() {
      stopping ??= end();
      return stopping;
    },
  };
}

/** Where a free port is asked for, one that all workers get, also the later ones. A worker says why there is none. */
function chosenPort({ host, port }: ListenConfiguration): Promise<number> {
  if (port !== 0) return Promise.resolve(port);
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(port));
    server.listen({ host, port }, () => {
      const { port: free } = server.address() as AddressInfo;
      server.close(() => resolve(free));
    });
  });
}

/** Opens and shares a buffer that one process must have; Redis is opened by each worker. */
async function shareWhatIsOne(
  configuration: HubConfiguration,
): Promise<{ readonly socket: string | undefined; close(): Promise<void> }> {
  if (configuration.buffer.kind === 'redis') return { socket: undefined, close: () => Promise.resolve() };
  const buffer = await openBuffer(configuration);
  const folder = mkdtempSync(join(tmpdir(), 'pollux-hub-'));
  const socket = join(folder, 'buffer.sock');
  async function release(): Promise<void> {
    await buffer.close();
    rmSync(folder, { recursive: true, force: true });
  }
  try {
    const shared = await shareBuffer(buffer, { path: socket });
    return {
      socket,
      async close() {
        await shared.close();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}
