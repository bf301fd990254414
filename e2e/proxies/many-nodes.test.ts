/** Clients whose polls hop between hubs, while hubs are restarted and killed: nothing is lost, nothing is handled twice. */
import { setTimeout as pause } from 'node:timers/promises';
import type { PollAnswer } from '@pollux/core';
import { type CommunicationClient, createCommunicationClient } from '@pollux/core/client';
import { createPublisher } from '@pollux/core/publisher';
import { describe, expect, it } from 'vitest';
import { type Nodes, startNodes } from './nodes.ts';
import { until } from './origin-server.ts';

const clients = 30;
const recipients = Array.from({ length: clients }, (_, index) => `user${index}`);

interface Seen {
  readonly client: CommunicationClient;
  readonly texts: string[];
  readonly gaps: unknown[];
  /** The hubs that have answered it. */
  readonly hubs: Set<string | null>;
  /** Its sessions, in the order in which it was given them. */
  readonly sessions: Set<string>;
}

function open(nodes: Nodes, recipient: string): Seen {
  const texts: string[] = [];
  const gaps: unknown[] = [];
  const hubs = new Set<string | null>();
  const sessions = new Set<string>();
  const client = createCommunicationClient({
    url: nodes.url,
    getToken: () => nodes.token(recipient),
    async fetch(...request) {
      const response = await fetch(...request);
      hubs.add(response.headers.get('x-node'));
      if (response.status === 200) sessions.add(((await response.clone().json()) as PollAnswer).session ?? '');
      return response;
    },
  });
  const orders = client.application('orders');
  orders.on('note', ({ data }) => void texts.push(String(data)));
  orders.onGap((gap) => void gaps.push(gap));
  return { client, texts, gaps, hubs, sessions };
}

/** Publishes to single recipients, to the group and to everyone, until it is told to end; gives what each must see. */
function publishing(nodes: Nodes) {
  const publisher = createPublisher({ url: nodes.url, application: 'orders', key: nodes.key, timeout: 5 });
  const expected = new Map(recipients.map((name) => [name, new Set<string>()]));
  let isOver = false;
  let count = 0;
  const run = (async () => {
    while (!isOver) {
      const text = `m${count}`;
      const recipient = recipients[count % clients] as string;
      const isForAll = count % 20 === 0;
      const to = isForAll ? (count % 40 === 0 ? { everyone: true as const } : { group: 'staff' }) : { recipients: [recipient] };
      await publisher.publish({ to, kind: 'direct', type: 'note', data: text });
      for (const name of isForAll ? recipients : [recipient]) expected.get(name)?.add(text);
      count++;
      await pause(5);
    }
    await publisher.close();
  })();
  return {
    expected,
    async end() {
      isOver = true;
      await run;
    },
  };
}

async function underLoad(nodes: Nodes, disturb: () => Promise<void>): Promise<readonly Seen[]> {
  const all = recipients.map((name) => open(nodes, name));
  try {
    // Whoever comes after a message to all begins behind it.
    await until(() => all.every(({ hubs }) => hubs.size > 0));
    await pause(1000);
    const load = publishing(nodes);
    await disturb();
    await load.end();
    await until(() =>
      all.every(({ texts }, index) => texts.length >= (load.expected.get(recipients[index] as string)?.size ?? 0)),
    );
    await pause(1000);
    for (const [index, { texts, gaps }] of all.entries()) {
      const expected = [...(load.expected.get(recipients[index] as string) ?? [])];
      expect([texts.toSorted(), gaps]).toEqual([expected.toSorted(), []]);
    }
    return all;
  } finally {
    await Promise.all(all.map(({ client }) => client.close()));
  }
}

describe('three hubs over one Redis, behind a proxy without stickiness', () => {
  it('polls hop from hub to hub', { timeout: 120_000 }, async () => {
    await using nodes = await startNodes(3, { holdSeconds: 2, holdSpreadSeconds: 0 });
    const all = await underLoad(nodes, () => pause(8000));
    // One session, which goes with them: to open another would answer each poll at once, and leave it behind.
    for (const { texts, hubs, sessions } of all) expect([hubs.size, sessions.size, texts.length > 20]).toEqual([3, 1, true]);
  });

  it('all hubs are restarted, one after the other', { timeout: 180_000 }, async () => {
    await using nodes = await startNodes(3);
    await underLoad(nodes, async () => {
      for (const node of nodes.nodes) {
        await pause(1000);
        await node.stop();
        await node.start();
      }
      await pause(1000);
    });
  });

  it('hubs are killed while they hold polls', { timeout: 180_000 }, async () => {
    await using nodes = await startNodes(2);
    await underLoad(nodes, async () => {
      for (let round = 0; round < 4; round++) {
        const node = nodes.nodes[round % 2];
        await pause(500);
        await node?.kill();
        await pause(500);
        await node?.start();
      }
      await pause(1000);
    });
  });
});
