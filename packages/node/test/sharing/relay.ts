/** A socket between an owner and who joins it, which may change, drop or add lines: how faults are seeded. */
import { connect, createServer, type Socket } from 'node:net';
import { speakInLines } from '../../src/sharing/lines.ts';

/** What becomes of a line: the lines that go on in its place. */
export type Change = (line: readonly unknown[]) => readonly (readonly unknown[])[];

export interface Faults {
  readonly toOwner?: () => Change;
  readonly fromOwner?: () => Change;
}

function passOn(from: Socket, to: Socket, change: Change): void {
  const { say } = speakInLines(to, () => undefined);
  speakInLines(from, (line) => {
    for (const each of change(JSON.parse(line))) say(JSON.stringify(each));
  });
  from.on('close', () => to.destroy());
  from.on('error', () => to.destroy());
}

/** Opens a relay at `path` to the owner at `ownerPath`; each connection has changes of its own. */
export async function openRelay(path: string, ownerPath: string, faults: Faults): Promise<AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const owner = connect(ownerPath);
    sockets.add(socket).add(owner);
    passOn(socket, owner, faults.toOwner?.() ?? ((line) => [line]));
    passOn(owner, socket, faults.fromOwner?.() ?? ((line) => [line]));
  });
  await new Promise<void>((resolve) => void server.listen(path, () => resolve()));
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}
