import { describe, expect, it } from 'vitest';
import { startBun, startDeno } from './runtimes/programs.ts';
import { openRemotePeer } from './runtimes/remote-peer.ts';
import { startWorkerd } from './runtimes/workerd.ts';

const startMs = 90_000;

describe('a request with two Host headers', () => {
  it.each([
    ['Deno', startDeno],
    ['Bun', startBun],
    ['workerd', () => startWorkerd('isolate.capnp')],
  ])(
    'is refused on %s',
    async (_name, start) => {
      const program = await start();
      try {
        await using peer = await openRemotePeer(program.port, { applications: {}, limits: {}, origins: [] });
        const path = `${new URL(peer.baseUrl).pathname}/health`;
        const ask = async (hosts: string): Promise<string> =>
          ((await peer.raw?.(`GET ${path} HTTP/1.1\r\n${hosts}connection: close\r\n\r\n`)) ?? '').slice(0, 12);
        expect([await ask('host: a\r\n'), await ask('host: a\r\nhost: b\r\n')]).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
      } finally {
        await program.stop();
      }
    },
    startMs,
  );
});
