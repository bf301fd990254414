import { existsSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { commandsOf, freePort, listens, type Running, root, run, temporaryFolder } from './example.ts';

vi.setConfig({ testTimeout: 180_000 });

// Next.js is large: it is run where somebody installed it (examples/next/README.md).
const hasNext = existsSync(`${root}/examples/next/node_modules/next`);

const names = ['node', 'express', 'deno', 'bun', 'hono', 'worker', ...(hasNext ? ['next'] : [])];

/** A configuration file holds workerd's port. */
const ports: Readonly<Record<string, (port: number) => string>> = { worker: (port) => ` --socket-addr=http=127.0.0.1:${port}` };

describe.each(names)('examples/%s, by the commands of its README', (name) => {
  it('starts, streams, is published to, and is polled', async () => {
    await using folder = await temporaryFolder();
    const port = await freePort();
    const commands = (await commandsOf(`examples/${name}`)).map((command) =>
      command.replaceAll(/(:|-p )3000/g, `$1${port}`).replaceAll('cookies.txt', `${folder.path}/cookies.txt`),
    );
    const find = (pattern: RegExp): string => commands.find((command) => pattern.test(command)) ?? `no command ${pattern}`;
    const preparing = commands.filter((command) => !command.startsWith('curl'));
    const serving = `${preparing.pop()}${ports[name]?.(port) ?? ''}`;
    for (const command of preparing) await run(command, {}).ended;

    const running: Running[] = [];
    const start = (command: string): Running => {
      const started = run(command, { PORT: String(port) });
      running.push(started);
      return started;
    };
    try {
      await listens(port, start(serving));
      if (commands.some((command) => command.includes('/login'))) await start(find(/^curl .*\/login$/)).ended;
      const stream = start(find(/^curl -N/));
      await stream.prints('"session"');
      const published = await start(find(/^curl -X POST/)).ended;
      expect(published).toContain('"waiting":1');
      await stream.prints('order.shipped');
      expect(await start(find(/\/pollux\/poll$/)).ended).toContain('order.shipped');
    } finally {
      for (const one of running) one.stop();
    }
  });
});
