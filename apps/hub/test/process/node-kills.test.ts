/** Two hubs over one Redis, of which one is killed while it holds a poll of every client. */
import { setTimeout as pause } from 'node:timers/promises';
import { startRedis } from '@pollux/redis/testing';
import { afterAll, expect, it } from 'vitest';
import { publish, tokenFor } from '../support/client.ts';
import { goodConfiguration } from '../support/good-configuration.ts';
import { serveHub } from '../support/hub-process.ts';
import { connectRaw, type RawClient } from '../support/raw-client.ts';

const clients = Number(process.env['POLLUX_SOAK_NODE_POLLS'] ?? 1000);
const kills = Number(process.env['POLLUX_SOAK_NODE_KILLS'] ?? 3);

const redis = await startRedis({ appendonly: 'yes' });
afterAll(() => redis[Symbol.asyncDispose]());

type Hub = Awaited<ReturnType<typeof serveHub>>;

/** A client that polls one hub until its connection breaks, and the other from then on. */
class HoppingClient {
  readonly name: string;
  /** What it was given, repetitions included. */
  readonly got: number[] = [];
  gaps = 0;
  /** How long after it was connected again it was given the first message, milliseconds. */
  readonly waitedMs: number[] = [];
  /** Of the hub that answered last. */
  url = '';
  refusals = 0;
  #cursor: string | null = null;
  #session: string | undefined;
  #seq = 0;
  #connectedMs: number | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** Polls until it is told to end; `hubs` names those that run, the one to ask first. */
  async run(hubs: () => readonly Hub[], isOver: () => boolean): Promise<void> {
    const token = await tokenFor(this.name, 3600);
    while (!isOver()) {
      const [hub] = hubs();
      if (hub === undefined) throw new Error('no hub runs');
      try {
        const client = await connectRaw(hub.url, token);
        this.#connectedMs = performance.now();
        while (!isOver()) await this.#poll(client, hub);
      } catch {
        // Its hub was killed: on to the other.
      }
    }
  }

  async #poll(client: RawClient, hub: Hub): Promise<void> {
    const { status, body } = await client.poll({
      ...(this.#session !== undefined && { session: this.#session }),
      seq: this.#seq++,
      wait: 4,
      applications: { orders: { cursor: this.#cursor } },
    });
    this.url = hub.url;
    if (status === 204) return;
    if (status !== 200) {
      // As long as `Retry-After` says, which is a second.
      if (status === 503) await pause(1000);
      else this.refusals++;
      return;
    }
    const answer = JSON.parse(body) as {
      session?: string;
      applications?: { orders: { cursor?: string; messages?: { data: number }[]; gap?: unknown } };
    };
    this.#session = answer.session ?? this.#session;
    const { cursor, messages = [], gap } = answer.applications?.orders ?? {};
    this.#cursor = cursor ?? this.#cursor;
    if (gap !== undefined) this.gaps++;
    if (messages.length === 0) return;
    this.got.push(...messages.map(({ data }) => data));
    if (this.#connectedMs !== undefined) this.waitedMs.push(performance.now() - this.#connectedMs);
    this.#connectedMs = undefined;
  }
}

async function heldAt(hub: Hub): Promise<number> {
  const text = await (await fetch(`${hub.admin}/metrics`)).text();
  return Number(/^pollux_held_polls (\d+)$/m.exec(text)?.[1]);
}

it(`${kills} times a hub is killed that holds ${clients} polls: the other delivers everything, once`, {
  timeout: 60_000 + kills * 60_000,
}, async () => {
  const configuration = {
    ...goodConfiguration('buffer', { kind: 'redis', url: redis.url }),
    // Short lives: a hub that was just started frees nothing for one of them, and could lose nothing.
    limits: { sessionSeconds: 5, holdSeconds: 4, holdSpreadSeconds: 1 },
  };
  let one = await serveHub(configuration);
  let other = await serveHub(configuration);
  let isOver = false;
  let running: readonly Hub[] = [one];
  const all = Array.from({ length: clients }, (_, index) => new HoppingClient(`user-${index}`));
  const polling = Promise.all(
    all.map((client) =>
      client.run(
        () => running,
        () => isOver,
      ),
    ),
  );
  let sent = 0;

  async function sendAll(hub: Hub): Promise<void> {
    const data = sent++;
    for (let from = 0; from < clients; from += 500) {
      const recipients = all.slice(from, from + 500).map(({ name }) => name);
      // Refused is not lost: a busy Redis that answers late is met as any publisher meets it.
      const send = async () => (await publish(hub.url, data, { to: { recipients }, idempotencyKey: `m${data}` })).status;
      let status = await send();
      for (let again = 0; status === 503 && again < 20; again++) {
        await pause(500);
        status = await send();
      }
      expect(status).toBe(202);
    }
  }

  const given = (count: number) => () => all.every(({ got }) => got.length >= count);
  for (let kill = 0; kill < kills; kill++) {
    await expect.poll(() => heldAt(one), { timeout: 60_000 }).toBeGreaterThan(clients * 0.9);
    await pause(3000);
    // On their way, or in Redis, when the hub dies.
    const sending = sendAll(other);
    running = [other];
    one.child.kill('SIGKILL');
    await sending;
    await sendAll(other);
    await expect.poll(given(sent), { timeout: 60_000 }).toBe(true);
    const ended = one;
    [one, other] = [other, await serveHub(configuration)];
    await ended[Symbol.asyncDispose]();
  }
  isOver = true;
  await Promise.all([one, other].map((hub) => hub[Symbol.asyncDispose]()));
  await polling;
  const expected = Array.from({ length: sent }, (_, n) => n);
  for (const { got, gaps, refusals, waitedMs } of all) {
    // What the killed hub wrote and its client never read comes again; nothing is left out, and order stands.
    expect([[...new Set(got)], gaps, refusals]).toEqual([expected, 0, 0]);
    expect(waitedMs.length).toBeGreaterThanOrEqual(kills);
  }
  const waited = all.flatMap(({ waitedMs }) => waitedMs.slice(-kills)).toSorted((a, b) => a - b);
  const at = (share: number): string => ((waited[Math.floor((waited.length - 1) * share)] ?? 0) / 1000).toFixed(2);
  console.log(`First message after the client was connected again: median ${at(0.5)} s, 99 % ${at(0.99)} s, longest ${at(1)} s.`);
});
