/** What a joined process does while the one that has the buffer is away, and what is told when it cannot be joined. */
import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { createMemoryBuffer, type MessageBuffer, type Removal } from '@pollux/core/server';
import { createManualClock } from '@pollux/core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { joinBuffer, shareBuffer } from '../../src/sharing/index.ts';
import { formatVersion } from '../../src/sharing/operations.ts';
import { openRelay } from './relay.ts';
import { entry, socketFolder } from './support.ts';

const folder = socketFolder();
afterAll(() => folder.remove());

const away = { code: 'buffer-unavailable' };

/** Resolves once the buffer does again what it is asked. */
async function backAgain(buffer: MessageBuffer): Promise<void> {
  await expect
    .poll(
      () =>
        Promise.resolve(buffer.inspect.totals()).then(
          () => 'back',
          () => 'away',
        ),
      { timeout: 10_000 },
    )
    .toBe('back');
}

describe('a process that joined', () => {
  it('refuses while the owner is away, says so, and works again when it is back', async () => {
    const path = folder.nextPath();
    await using owned = disposable(createMemoryBuffer());
    const first = await shareBuffer(owned, { path });
    await using buffer = disposable(await joinBuffer({ path }));
    const told: string[] = [];
    buffer.watch({ failed: ({ stage }) => void told.push(stage) });
    expect(await buffer.append([entry('alice', 1)])).toMatchObject([{ kind: 'stored', position: 1 }]);
    await first.close();
    await expect.poll(() => buffer.health?.().state).toBe('failed');
    await expect(buffer.append([entry('alice', 2)])).rejects.toMatchObject(away);
    await expect(Promise.resolve(buffer.find('x'))).rejects.toMatchObject(away);
    const again = await shareBuffer(owned, { path });
    await backAgain(buffer);
    expect(await buffer.append([entry('alice', 3)])).toMatchObject([{ kind: 'stored', position: 2 }]);
    expect(buffer.health?.().state).toBe('ok');
    expect(told).toEqual(['watch']);
    await again.close();
  });

  it('hears whom another one disconnected while it was cut off, once it is back', async () => {
    const [path, relayed] = [folder.nextPath(), folder.nextPath()];
    const shared = await shareBuffer(createMemoryBuffer(), { path });
    await using there = disposable(await joinBuffer({ path }));
    const relay = await openRelay(relayed, path, {});
    await using here = disposable(await joinBuffer({ path: relayed }));
    const told: string[] = [];
    here.watch({ disconnected: (recipient) => void told.push(recipient) });
    await there.announceDisconnect?.('carol');
    await expect.poll(() => told).toEqual(['carol']);
    await relay[Symbol.asyncDispose]();
    await expect.poll(() => here.health?.().state).toBe('failed');
    await there.announceDisconnect?.('alice');
    await using _again = await openRelay(relayed, path, {});
    await expect.poll(() => told.slice(1), { timeout: 10_000 }).toEqual(['carol', 'alice']);
    await shared.close();
  });

  it('gives up an owner that takes its connection and says nothing', async () => {
    const path = folder.nextPath();
    const silent = createServer(() => undefined).listen(path);
    await once(silent, 'listening');
    await expect(joinBuffer({ path, answerMs: 200 })).rejects.toThrow(
      `Nobody shares a message buffer at ${path}: it says nothing`,
    );
    silent.close();
  });

  it('is told that what it asked is unknown, where the owner goes before it answers', async () => {
    const path = folder.nextPath();
    const never: MessageBuffer = { ...createMemoryBuffer(), append: () => new Promise(() => undefined) };
    const shared = await shareBuffer(never, { path });
    await using buffer = disposable(await joinBuffer({ path }));
    const asked = [buffer.append([entry('alice', 1)]), buffer.append([entry('bob', 1)])];
    await buffer.inspect.totals();
    await shared.close();
    for (const each of asked) await expect(each).rejects.toMatchObject(away);
  });

  it('gives up an owner that does not answer any more', async () => {
    const path = folder.nextPath();
    const never: MessageBuffer = { ...createMemoryBuffer(), append: () => new Promise(() => undefined) };
    const shared = await shareBuffer(never, { path });
    await using buffer = disposable(await joinBuffer({ path, answerMs: 100 }));
    await expect(buffer.append([entry('alice', 1)])).rejects.toMatchObject({ ...away, message: expect.stringContaining('late') });
    await backAgain(buffer);
    await shared.close();
  });

  it('lets go of what it was going through when it goes', async () => {
    const path = folder.nextPath();
    await using owned = disposable(createMemoryBuffer());
    await owned.append([entry('alice', 1), entry('bob', 1), entry('carol', 1)]);
    let ended = 0;
    const counting: MessageBuffer = {
      ...owned,
      inspect: {
        ...owned.inspect,
        async *everything() {
          try {
            yield* owned.inspect.everything();
          } finally {
            ended++;
          }
        },
      },
    };
    const shared = await shareBuffer(counting, { path });
    const buffer = await joinBuffer({ path });
    for await (const { last } of buffer.inspect.everything()) {
      expect(last).toBe(1);
      break;
    }
    await expect.poll(() => ended).toBe(1);
    await buffer.inspect.everything()[Symbol.asyncIterator]().next();
    expect(shared.joined).toBe(1);
    await buffer.close();
    await expect.poll(() => [ended, shared.joined]).toEqual([2, 0]);
    await shared.close();
  });

  it('is woken by what another one had stored that has gone before it heard of it', async () => {
    const path = folder.nextPath();
    await using owned = disposable(createMemoryBuffer());
    let store = (): void => {};
    const late: MessageBuffer = {
      ...owned,
      append: (entries) =>
        new Promise((resolve) => {
          store = () => resolve(owned.append(entries));
        }),
    };
    const shared = await shareBuffer(late, { path });
    await using here = disposable(await joinBuffer({ path }));
    const there = await joinBuffer({ path });
    const woken: string[] = [];
    here.watch({ appended: ({ application }) => void woken.push(application) });
    const asked = Promise.resolve(there.append([entry('alice', 1)]));
    await Promise.all([there.inspect.totals(), here.inspect.totals()]);
    await Promise.all([there.close(), expect(asked).rejects.toMatchObject(away)]);
    await expect.poll(() => shared.joined).toBe(1);
    store();
    await expect.poll(() => woken).toEqual(['orders']);
    await shared.close();
  });

  it('of several is told alone what its own doing removed, and one of them what expired', async () => {
    const path = folder.nextPath();
    const clock = createManualClock();
    await using owned = disposable(createMemoryBuffer({ clock }));
    const shared = await shareBuffer(owned, { path });
    await using here = disposable(await joinBuffer({ path }));
    await using there = disposable(await joinBuffer({ path }));
    const [atHere, atThere]: [Removal['reason'][], Removal['reason'][]] = [[], []];
    here.watch({ removed: ({ reason }) => void atHere.push(reason) });
    there.watch({ removed: ({ reason }) => void atThere.push(reason) });
    await here.inspect.totals();
    await there.append([entry('alice', 1), entry('bob', 1)]);
    await there.erase({ kind: 'recipient', name: 'bob' });
    expect([atHere, atThere]).toEqual([[], ['erased']]);
    await clock.advance(3_600_000);
    await Promise.all([here.inspect.totals(), there.inspect.totals()]);
    expect([...atHere, ...atThere].toSorted()).toEqual(['erased', 'expired']);
    await shared.close();
  });
});

describe('a buffer cannot be joined', () => {
  it('where nobody shares one', async () => {
    await expect(joinBuffer({ path: folder.nextPath() })).rejects.toThrow(/Nobody shares a message buffer at .*ENOENT.*Start/);
  });

  it('where something else answers', async () => {
    const path = folder.nextPath();
    const other = createServer((socket) => void socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    await new Promise<void>((resolve) => void other.listen(path, () => resolve()));
    await expect(joinBuffer({ path })).rejects.toThrow('what answers there is no message buffer');
    other.close();
  });

  it('that a process of another release shares', async () => {
    const [path, relayed] = [folder.nextPath(), folder.nextPath()];
    const shared = await shareBuffer(createMemoryBuffer(), { path });
    await using _relay = await openRelay(relayed, path, {
      fromOwner: () => (line) =>
        line[1] === 'hello' ? [[0, 'hello', { ...(line[2] as object), version: formatVersion + 1 }]] : [line],
    });
    await expect(joinBuffer({ path: relayed })).rejects.toThrow('of another release. Run the same on both sides');
    await shared.close();
  });
});

describe('a buffer is shared', () => {
  it('with this user alone', async () => {
    const path = folder.nextPath();
    const shared = await shareBuffer(createMemoryBuffer(), { path });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await shared.close();
    expect(existsSync(path)).toBe(false);
  });

  it('at one path by one process', async () => {
    const path = folder.nextPath();
    const shared = await shareBuffer(createMemoryBuffer(), { path });
    await expect(shareBuffer(createMemoryBuffer(), { path })).rejects.toThrow('is shared at');
    expect((await joinBuffer({ path })).supports.shared).toBe(true);
    await shared.close();
  });

  it('where a process that ended left its socket', async () => {
    const path = folder.nextPath();
    // What is left of a socket that nobody listens at: the name, and a refusal.
    writeFileSync(path, '');
    const shared = await shareBuffer(createMemoryBuffer(), { path });
    expect((await joinBuffer({ path })).supports).toEqual({ grade: 'memory', durable: false, shared: true });
    await shared.close();
  });

  it('at no path that is too long', async () => {
    await expect(shareBuffer(createMemoryBuffer(), { path: `/tmp/${'x'.repeat(100)}` })).rejects.toThrow('longer than 100 bytes');
  });

  it('with what speaks in lines of ours, and goes on after anything else', async () => {
    const path = folder.nextPath();
    const shared = await shareBuffer(createMemoryBuffer(), { path });
    for (const words of ['GET / HTTP/1.1\n', '[1,"constructor"]\n', '[1,"nothing",{}]\n', '{}\n', 'null\n', '[1,"append",7]\n']) {
      const stranger = connect(path);
      stranger.on('error', () => undefined).resume();
      stranger.end(words);
      await new Promise((resolve) => void stranger.once('close', resolve));
    }
    await using buffer = disposable(await joinBuffer({ path }));
    expect(await buffer.append([entry('alice', 1)])).toMatchObject([{ kind: 'stored' }]);
    await shared.close();
  });

  it('but not through somebody who takes nothing', async () => {
    const path = folder.nextPath();
    await using owned = disposable(createMemoryBuffer());
    const shared = await shareBuffer(owned, { path, takeMs: 100 });
    const deaf = connect(path);
    deaf.on('error', () => undefined).pause();
    await using buffer = disposable(await joinBuffer({ path }));
    await expect.poll(() => shared.joined).toBe(2);
    const long = 'x'.repeat(200);
    for (let round = 0; round < 200 && shared.joined === 2; round++)
      await buffer.append(
        Array.from({ length: 5000 }, (_, n) => ({ ...entry(`${long}-${n % 50}`, n), overflow: 'drop-oldest' })),
      );
    expect(shared.joined).toBe(1);
    deaf.destroy();
    await shared.close();
  });
});

function disposable(buffer: MessageBuffer): MessageBuffer & AsyncDisposable {
  return { ...buffer, [Symbol.asyncDispose]: () => buffer.close() };
}
