/** Message buffers that are shared over a socket, as their contract opens them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AppendEntry, createMemoryBuffer, type MessageBuffer } from '@pollux/core/server';
import { type BufferContractOptions, createManualClock, type OpenBuffer } from '@pollux/core/testing';
import { joinBuffer, shareBuffer } from '../../src/sharing/index.ts';

/** A folder of its own, and a way to name sockets in it. */
export function socketFolder(): { nextPath(): string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'pollux-share-'));
  let sockets = 0;
  return {
    nextPath: () => join(directory, `${sockets++}.sock`),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

type Join = typeof joinBuffer;

/** The contract's options for a memory buffer that is shared; `fault` may spoil what the joined process gets. */
export function sharedContract(nextPath: () => string, joinBy: Join = joinBuffer): BufferContractOptions {
  const paths = new WeakMap<MessageBuffer, { readonly path: string; readonly clock: ReturnType<typeof createManualClock> }>();

  return {
    async open({ limits }): Promise<OpenBuffer> {
      const clock = createManualClock();
      const path = nextPath();
      const owned = createMemoryBuffer({ limits, clock });
      const shared = await shareBuffer(owned, { path });
      const buffer = await joinBy({ path });
      paths.set(buffer, { path, clock });
      return {
        buffer,
        clockAdvance: clock.advance,
        async [Symbol.asyncDispose]() {
          await buffer.close();
          await shared.close();
          await owned.close();
        },
      };
    },
    async join(running): Promise<OpenBuffer> {
      const found = paths.get(running);
      if (found === undefined) throw new Error('this buffer was not opened here');
      const buffer = await joinBy({ path: found.path });
      return { buffer, clockAdvance: found.clock.advance, [Symbol.asyncDispose]: () => buffer.close() };
    },
  };
}

/** A small entry for a recipient. */
export function entry(recipient: string, n: number): AppendEntry {
  const members = `"kind":"direct","type":"t","data":${n}`;
  return {
    address: { kind: 'recipient', name: recipient },
    application: 'orders',
    members,
    size: members.length,
    ttlSeconds: 60,
    urgency: 'normal',
    topic: undefined,
    key: undefined,
    fingerprint: members,
    overflow: 'reject',
  };
}
