/** Workers that end at the worst moment: the process that started them goes on. */
import cluster, { type Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import { afterEach, expect, it, vi } from 'vitest';
import type { HubConfiguration } from '../../src/configuration/configuration.ts';
import type { ToWorker } from '../../src/run/worker-messages.ts';
import { startWorkers, WorkerError } from '../../src/run/workers.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const configuration = {
  workers: 1,
  listen: { host: '127.0.0.1', port: 4100 },
  buffer: { kind: 'memory' },
  limits: {},
  shutdown: { drainSeconds: 0 },
} as HubConfiguration;
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined } as unknown as Logger;

/** A worker as `node:cluster` has it, that does this. */
function worker(pid: number | undefined, live: (self: EventEmitter) => void): void {
  const self = Object.assign(new EventEmitter(), {
    process: { pid },
    isConnected: () => true,
    send: () => void process.nextTick(() => self.emit('error', new Error('write EPIPE'))),
  });
  setImmediate(() => live(self));
  vi.spyOn(cluster, 'fork').mockReturnValue(self as unknown as Worker);
}

it('one that ends while it is told something has ended, and that is all', async () => {
  worker(1, (self) => {
    self.emit('message', { kind: 'here' });
    setImmediate(() => self.emit('exit', null, 'SIGKILL'));
  });
  await expect(startWorkers(configuration, logger)).rejects.toEqual(
    new WorkerError('worker 1 ended by SIGKILL before it served'),
  );
});

it('one that cannot be started has ended', async () => {
  worker(undefined, (self) => self.emit('error', new Error('spawn EAGAIN')));
  await expect(startWorkers(configuration, logger)).rejects.toEqual(
    new WorkerError('worker 1 ended with spawn EAGAIN before it served'),
  );
});

it('one that ended is not started anew once all are to accept nothing more: it would accept what a final export misses', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const [told, workers]: [string[], EventEmitter[]] = [[], []];
  const fork = vi.spyOn(cluster, 'fork').mockImplementation(() => {
    const self = Object.assign(new EventEmitter(), {
      process: { pid: workers.length + 1 },
      isConnected: () => true,
      send({ kind }: ToWorker) {
        told.push(kind);
        if (kind === 'end') setImmediate(() => self.emit('exit', 0, null));
      },
    });
    workers.push(self);
    setImmediate(() => self.emit('message', { kind: 'serving', url: '' }));
    return self as unknown as Worker;
  });
  const running = await startWorkers({ ...configuration, workers: 2 }, logger);
  workers[1]?.emit('exit', null, 'SIGKILL');
  workers[0]?.emit('message', { kind: 'seal-all' });
  workers[0]?.emit('message', { kind: 'sealed' });
  expect(told).toEqual(['seal', 'all-sealed']);
  vi.runAllTimers();
  expect(fork).toHaveBeenCalledTimes(2);
  await running.stop();
});
