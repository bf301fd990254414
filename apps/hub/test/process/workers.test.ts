/** Several processes that serve one port and share one message buffer. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type CommunicationClient, createCommunicationClient } from '@pollux/core/client';
import { createPublisher } from '@pollux/core/publisher';
import { afterAll, describe, expect, it } from 'vitest';
import { poll, publish, tokenFor } from '../support/client.ts';
import { goodConfiguration, key } from '../support/good-configuration.ts';
import { configurationFile, type HubProcess, runHub, runMain, serveHub, spawnHub } from '../support/hub-process.ts';
import { connectRaw } from '../support/raw-client.ts';

const directory = mkdtempSync(join(tmpdir(), 'pollux-workers-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let files = 0;

/** Workers that are killed under load; each is started anew after a little longer. */
const kills = 6;

type Hub = Awaited<ReturnType<typeof serveHub>>;

const onDisk = (workers: number, path = join(directory, `${files++}.mdb`)) => ({
  ...goodConfiguration('buffer', { kind: 'lmdb', path }),
  workers,
});

/** The consoles of a hub's workers. */
async function consolesOf(hub: HubProcess): Promise<readonly string[]> {
  const { console } = await hub.line('serving');
  return console as string[];
}

async function metric(admin: string, name: string): Promise<number> {
  const text = await (await fetch(`${admin}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
}

/** Process numbers of the workers that run now. */
function workersOf({ child }: HubProcess): readonly number[] {
  return readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'latin1').trim().split(' ').filter(Boolean).map(Number);
}

function isRunning(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.[0] !== 'Z';
  } catch {
    return false;
  }
}

/** The answer that opens a session. */
interface Opened {
  readonly session: string;
  readonly applications: { readonly orders: { readonly cursor: string } };
}

/** A later one, which may hold nothing but advice. */
interface Answered {
  readonly session: string;
  readonly applications?: {
    readonly orders: { readonly cursor?: string; readonly messages?: readonly { data: number }[]; readonly gap?: unknown };
  };
}

interface Seen {
  readonly client: CommunicationClient;
  readonly texts: string[];
  readonly gaps: unknown[];
}

function open(hub: Hub, recipient: string): Seen {
  const [texts, gaps]: [string[], unknown[]] = [[], []];
  const client = createCommunicationClient({ url: hub.url, getToken: () => tokenFor(recipient) });
  const orders = client.application('orders');
  orders.on('note', ({ data }) => void texts.push(String(data)));
  orders.onGap((gap) => void gaps.push(gap));
  return { client, texts, gaps };
}

describe('a hub of several workers', () => {
  it('serves one port by all of them, and wakes polls at each for what is published at another', async () => {
    await using hub = await serveHub(onDisk(2));
    const token = await tokenFor('alice');
    const first = (await (await poll(hub.url, token)).json()) as Opened;
    const { session } = first;
    let { cursor } = first.applications.orders;
    const seen: number[] = [];
    async function read(wait: number): Promise<void> {
      const response = await poll(hub.url, token, { session, wait, applications: { orders: { cursor } } });
      const answer = (await response.json()) as Answered;
      expect(answer.session).toBe(session);
      expect(answer.applications?.orders.gap).toBeUndefined();
      seen.push(...(answer.applications?.orders.messages ?? []).map(({ data }) => data));
      cursor = answer.applications?.orders.cursor ?? cursor;
    }
    for (let round = 0; round < 20; round++) {
      const asked = read(20);
      await pause(20);
      expect((await publish(hub.url, round)).status).toBe(202);
      await asked;
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_, round) => round));
    // Many at once, since each worker takes what it can.
    const visitors = Array.from({ length: 100 }, async (_, index) => {
      const client = await connectRaw(hub.url, await tokenFor(`visitor-${index}`));
      return (await client.poll({ applications: { orders: { cursor: null } } })).status;
    });
    expect(new Set(await Promise.all(visitors))).toEqual(new Set([200]));
    const consoles = await consolesOf(hub);
    expect(consoles).toHaveLength(2);
    for (const each of consoles) expect(await metric(each, 'pollux_polls_total')).toBeGreaterThan(0);
  });

  it('loses and repeats nothing while workers are killed', { timeout: 120_000 }, async () => {
    await using hub = await serveHub(onDisk(2));
    const recipients = Array.from({ length: 50 }, (_, index) => `user-${index}`);
    const all = recipients.map((name) => open(hub, name));
    const expected = recipients.map((): string[] => []);
    const publisher = createPublisher({ url: hub.url, application: 'orders', key, timeout: 5 });
    let isOver = false;
    const publishing = (async () => {
      for (let count = 0; !isOver; count++) {
        const index = count % recipients.length;
        const to = { recipients: [recipients[index] as string] };
        await publisher.publish({ to, kind: 'direct', type: 'note', data: `m${count}` });
        expected[index]?.push(`m${count}`);
      }
    })();
    const killed = new Set<number>();
    for (let round = 0; round < kills; round++) {
      await pause(400);
      await expect.poll(() => hub.output().split('a worker serves again').length - 1, { timeout: 20_000 }).toBe(round);
      const victim = workersOf(hub)[round % 2] as number;
      killed.add(victim);
      process.kill(victim, 'SIGKILL');
    }
    await pause(1000);
    isOver = true;
    await publishing;
    await publisher.close();
    await expect
      .poll(() => all.every(({ texts }, index) => texts.length >= (expected[index]?.length ?? 0)), { timeout: 60_000 })
      .toBe(true);
    await Promise.all(all.map(({ client }) => client.close()));
    expect(killed.size).toBe(kills);
    expect(Math.min(...expected.map(({ length }) => length))).toBeGreaterThan(3);
    for (const [index, { texts, gaps }] of all.entries()) expect([texts, gaps]).toEqual([expected[index], []]);
  });

  it('answers every held poll when it is asked to end, and leaves no process behind', async () => {
    await using hub = await serveHub(onDisk(3));
    const workers = workersOf(hub);
    expect(workers).toHaveLength(3);
    const holding = await Promise.all(
      Array.from({ length: 300 }, async (_, index) => {
        const client = await connectRaw(hub.url, await tokenFor(`user-${index}`));
        const { body } = await client.poll({ applications: { orders: { cursor: null } } });
        const { session, applications } = JSON.parse(body) as Opened;
        const { cursor } = applications.orders;
        // In an object: a promise alone would be waited for.
        return { answer: client.poll({ session, seq: 1, wait: 25, applications: { orders: { cursor } } }) };
      }),
    );
    const held = async (): Promise<number> =>
      (await Promise.all((await consolesOf(hub)).map((each) => metric(each, 'pollux_held_polls')))).reduce((a, b) => a + b);
    await expect.poll(held, { timeout: 10_000 }).toBe(300);
    hub.child.kill('SIGTERM');
    const answers = await Promise.all(holding.map(({ answer }) => answer));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect((await hub.ended).code).toBe(0);
    expect(workers.filter(isRunning)).toEqual([]);
  });

  it('goes with the process that was started, and what was accepted is there again', async () => {
    const path = join(directory, `${files++}.mdb`);
    let workers: readonly number[];
    {
      await using hub = await serveHub(onDisk(2, path));
      for (const data of [1, 2, 3]) expect((await publish(hub.url, data)).status).toBe(202);
      workers = workersOf(hub);
      hub.child.kill('SIGKILL');
      await hub.ended;
      await expect.poll(() => workers.filter(isRunning), { timeout: 10_000 }).toEqual([]);
    }
    await using again = await serveHub(onDisk(2, path));
    const answer = (await (await poll(again.url, await tokenFor('alice'))).json()) as {
      applications: { orders: { messages: { data: number }[] } };
    };
    expect(answer.applications.orders.messages.map(({ data }) => data)).toEqual([1, 2, 3]);
  });

  it('ends what a recipient has at all of them, whichever console disconnects it', async () => {
    const password = 'correct horse battery';
    const hash = (await runMain(['password'], {}, password)).out.trim();
    const credentials = [{ name: 'admin', password: hash, role: 'operator' }];
    await using hub = await serveHub({ ...goodConfiguration('admin', { port: 0, credentials }), workers: 2 });
    const tell = async (path: string, body: object, cookie = ''): Promise<Response> =>
      fetch(`${(await consolesOf(hub))[1]}/trpc/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie },
        body: JSON.stringify(body),
      });
    async function hold(recipient: string): Promise<{ isOver: boolean }> {
      const client = await connectRaw(hub.url, await tokenFor(recipient));
      const first = JSON.parse((await client.poll({ applications: { orders: { cursor: null } } })).body) as Opened;
      const { session, applications } = first;
      const held = { isOver: false };
      const over = (): void => {
        held.isOver = true;
      };
      void client.poll({ session, wait: 25, applications }).then(over, over);
      return held;
    }
    const alices = await Promise.all(Array.from({ length: 4 }, () => hold('alice')));
    const bob = await hold('bob');
    const heldPolls = async () => Promise.all((await consolesOf(hub)).map((each) => metric(each, 'pollux_held_polls')));
    const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
    await expect.poll(async () => sum(await heldPolls())).toBe(5);
    // Connections are handed out in turn, more or less.
    expect(Math.min(...(await heldPolls()))).toBeGreaterThan(0);
    const cookie = (await tell('session.login', { name: 'admin', password })).headers.get('set-cookie')?.split(';')[0] ?? '';
    const answer = await (await tell('clients.disconnect', { recipient: 'alice' }, cookie)).json();
    expect(answer).toMatchObject({ result: { data: { recipient: 'alice', isToldToAll: true } } });
    await expect.poll(async () => sum(await heldPolls())).toBe(1);
    expect([...alices, bob].map(({ isOver }) => isOver)).toEqual([true, true, true, true, false]);
  });

  it.each([
    ['whichever worker was asked for it', false],
    ['though a worker is just being started', true],
  ])('hands everything over to a final export, %s', async (_, killsFirst) => {
    const password = 'correct horse battery';
    const hash = (await runMain(['password'], {}, password)).out.trim();
    const credentials = [{ name: 'admin', password: hash, role: 'admin' }];
    await using hub = await serveHub({ ...goodConfiguration('admin', { port: 0, credentials }), workers: 2 });
    const file = join(directory, `${files++}.jsonl`);
    let accepted = 0;
    let isOver = false;
    const publishing = Promise.all(
      Array.from({ length: 4 }, async (_, lane) => {
        for (let n = 0; !isOver; n++) {
          const status = await publish(hub.url, n, { to: { recipients: [`user-${lane}`] } }).then(
            (response) => response.status,
            () => 0,
          );
          if (status === 202) accepted += 1;
          // Goes on asking: there may be one that still accepts.
          else await pause(2);
        }
      }),
    );
    await pause(300);
    const second = (await consolesOf(hub))[1] as string;
    if (killsFirst) {
      const [victim] = workersOf(hub);
      process.kill(victim as number, 'SIGKILL');
      await expect.poll(() => workersOf(hub).length === 2 && !workersOf(hub).includes(victim as number)).toBe(true);
    }
    const done = await runMain(['export', file, '--hub', second, '--final'], { POLLUX_CONSOLE_PASSWORD: password });
    isOver = true;
    await publishing;
    expect(done.code).toBe(0);
    const exported = Number(/Exported (\d+) messages/.exec(done.err)?.[1]);
    expect(exported).toBeGreaterThanOrEqual(accepted);
    // What the killed one accepted and could no longer say.
    expect(exported - accepted).toBeLessThanOrEqual(killsFirst ? 4 : 0);
    expect(accepted).toBeGreaterThan(10);
    expect((await hub.ended).code).toBe(0);
  });

  it('ends as it was asked to where its workers were asked as well, before they could hear', async () => {
    await using hub = await spawnHub(['serve', '--config', configurationFile(onDisk(2))]);
    await expect.poll(() => workersOf(hub), { interval: 5, timeout: 20_000 }).toHaveLength(1);
    const [worker = 0] = workersOf(hub);
    hub.child.kill('SIGINT');
    process.kill(worker, 'SIGINT');
    expect(await hub.ended).toMatchObject({ code: 0, err: '' });
    expect(isRunning(worker)).toBe(false);
  });

  it('does not start where its port is taken, says so once, and leaves no process behind', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => void taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    const file = configurationFile({ ...onDisk(3), listen: { host: '127.0.0.1', port } });
    const { code, err } = await runHub(['serve', '--config', file]);
    taken.close();
    expect(code).toBe(1);
    expect(err.match(/is taken by another process/g)).toHaveLength(1);
    expect(err).toContain('worker 1 ended with 1 before it served');
  });
});
