/** Workers that end at the worst moment: the process that started them goes on. */
import cluster, { type Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import { afterEach, expect, it, vi } from 'vitest';
import type { HubConfiguration } from '../../src/configuration/configuration.ts';
import { startWorkers, WorkerError } from '../../src/run/workers.ts';

afterEach(() => void vi.restoreAllMocks());

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

it('one that ended before all were told to accept nothing more is not started again after that: it would accept', async () => {
  const started: EventEmitter[] = [];
  vi.spyOn(cluster, 'fork').mockImplementation(() => {
    const self = Object.assign(new EventEmitter(), {
      process: { pid: 1 },
      isConnected: () => true,
      send: ({ kind }: { readonly kind: string }) => {
        if (kind === 'end') process.nextTick(() => self.emit('exit', 0, null));
      },
    });
    started.push(self);
    setImmediate(() => self.emit('message', { kind: 'serving', url: '' }));
    return self as unknown as Worker;
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const workers = await startWorkers({ ...configuration, workers: 2 }, logger);
    const [first, second] = started;
    second?.emit('exit', null, 'SIGKILL');
    first?.emit('message', { kind: 'seal-all' });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(started).toHaveLength(2);
    await workers.stop();
  } finally {
    vi.useRealTimers();
  }
});
