import { describe, expect, it } from 'vitest';
import { publish, tokenFor } from '../support/client.ts';
import { goodConfiguration } from '../support/good-configuration.ts';
import { type HubProcess, serveHub } from '../support/hub-process.ts';
import { connectRaw, type RawAnswer, type RawClient } from '../support/raw-client.ts';

const held = 2000;
const abreast = 100;

interface Holding {
  readonly client: RawClient;
  readonly answer: Promise<RawAnswer>;
}

/** Opens a session and leaves a poll of it held. */
async function holdOne(url: string, name: string): Promise<Holding> {
  const client = await connectRaw(url, await tokenFor(name));
  const first = await client.poll({ applications: { orders: { cursor: null } } });
  const { session, applications } = JSON.parse(first.body) as { session: string; applications: { orders: { cursor: string } } };
  const { cursor } = applications.orders;
  return { client, answer: client.poll({ session, seq: 1, wait: 25, applications: { orders: { cursor } } }) };
}

async function hold(hub: HubProcess & { url: string; admin: string }, count: number): Promise<Holding[]> {
  const all: Holding[] = [];
  for (let i = 0; i < count; i += abreast) {
    all.push(
      ...(await Promise.all(Array.from({ length: Math.min(abreast, count - i) }, (_, j) => holdOne(hub.url, `user-${i + j}`)))),
    );
  }
  await expect
    .poll(async () => (await fetch(`${hub.admin}/metrics`)).text(), { timeout: 20_000 })
    .toContain(`pollux_held_polls ${count}\n`);
  return all;
}

describe('a hub that is asked to end', () => {
  it(`answers ${held} held polls whole, resets none, and exits with 0 within 10 s`, async () => {
    await using hub = await serveHub(goodConfiguration());
    const holdings = await hold(hub, held);
    const askedMs = performance.now();
    hub.child.kill('SIGTERM');
    const answers = await Promise.all(holdings.map(({ answer }) => answer));
    const ends = await Promise.all(holdings.map(({ client }) => client.ended));
    const { code } = await hub.ended;
    expect(code).toBe(0);
    expect(performance.now() - askedMs).toBeLessThan(10_000);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    for (const { body, headers } of answers) {
      expect(JSON.parse(body)).toMatchObject({ advice: { drain: 5 } });
      expect(headers).toMatch(/connection: close/i);
    }
    expect(new Set(ends)).toEqual(new Set(['end']));
    expect(hub.output()).not.toContain('were cut');
  });

  it('loses no poll that arrives while it ends, and says that it is not ready', async () => {
    await using hub = await serveHub(goodConfiguration());
    const [one] = await hold(hub, 1);
    const publishing = Array.from({ length: 50 }, (_, i) =>
      publish(hub.url, i, { to: { recipients: [`user-${i}`] } }).then(({ status }) => status),
    );
    hub.child.kill('SIGTERM');
    const statuses = await Promise.allSettled(publishing);
    for (const outcome of statuses) {
      // Accepted, refused with a reason, or never connected; nothing else.
      if (outcome.status === 'fulfilled') expect([202, 503]).toContain(outcome.value);
      else
        expect(outcome.reason).toMatchObject({
          cause: { code: expect.stringMatching(/ECONNREFUSED|UND_ERR_SOCKET|ECONNRESET/) },
        });
    }
    expect((await one?.answer)?.status).toBe(200);
    expect((await hub.ended).code).toBe(0);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends with 0 on %s, with nothing going on', async (signal) => {
    await using hub = await serveHub(goodConfiguration());
    hub.child.kill(signal);
    expect(await hub.ended).toMatchObject({ code: 0, err: '' });
  });

  it('takes the second signal of one Ctrl-C for the same, and a later one at its word', async () => {
    await using hub = await serveHub(goodConfiguration());
    // A request whose body never comes keeps the hub waiting.
    (await connectRaw(hub.url, await tokenFor('slow'))).stall();
    hub.child.kill('SIGINT');
    hub.child.kill('SIGTERM');
    await hub.line('asked to end');
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(hub.child.exitCode).toBeNull();
    hub.child.kill('SIGTERM');
    expect((await hub.ended).code).toBe(1);
    expect(hub.output()).toContain('exiting at once');
  });
});
