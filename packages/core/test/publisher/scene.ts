/** A publisher client, a communication server, and a network between them that a test can spoil. */
import { type CommunicationServerOptions, createCommunicationServer, createServlet } from '@pollux/core/server';
import { createLoopback, createManualClock, type ManualClock } from '@pollux/core/testing';
import { onTestFinished } from 'vitest';
import type { Notification } from '../../src/index.ts';
import { createPublisher, type Publisher, type PublisherOptions } from '../../src/publisher/index.ts';

/** What becomes of a request: an answer of its own, or `undefined` to let it pass. */
export type Spoiler = (send: () => Promise<Response>, number: number) => Promise<Response> | undefined;

export interface Scene {
  readonly clock: ManualClock;
  readonly server: ReturnType<typeof createCommunicationServer>;
  readonly publisher: Publisher;
  /** Bodies of the requests sent, each with the moment it was sent at. */
  readonly sent: { readonly atMs: number; readonly body: unknown; readonly key: string }[];
  /** Lets the network spoil requests from now on. */
  spoil(spoiler: Spoiler | undefined): void;
  /** Messages that are stored for a recipient, as their numbers. */
  stored(recipient: string): Promise<unknown[]>;
}

export const key = 'right';
let tokens = 0;

export function setUp(options: Partial<PublisherOptions> = {}, serverOptions: Partial<CommunicationServerOptions> = {}): Scene {
  const clock = createManualClock();
  const server = createCommunicationServer({ applications: { orders: {} }, clock, ...serverOptions });
  onTestFinished(() => void server.close({ drainSeconds: 0 }));
  const servlet = createServlet({
    server,
    authorizePublisher: (request) =>
      request.header('authorization') === `Bearer ${key}` ? { applications: ['orders'] } : undefined,
  });
  const { fetch } = createLoopback(servlet);
  const sent: Scene['sent'] = [];
  let spoiler: Spoiler | undefined;
  const publisher = createPublisher({
    url: 'http://hub.test/pollux',
    application: 'orders',
    key,
    clock,
    // The middle of every window.
    random: { next: () => 0.5, token: (bytes) => `token-${bytes}-${++tokens}` },
    fetch: (input, init) => {
      const authorization = new Headers(init?.headers).get('authorization') ?? '';
      sent.push({ atMs: clock.monotonic(), body: JSON.parse(String(init?.body)), key: authorization });
      return spoiler?.(() => fetch(input, init), sent.length) ?? fetch(input, init);
    },
    ...options,
  });
  return {
    clock,
    server,
    publisher,
    sent,
    spoil: (next) => {
      spoiler = next;
    },
    async stored(name) {
      const messages = await server.inspect.buffer.peek(
        { address: { kind: 'recipient', name }, application: 'orders' },
        { limit: 10_000 },
      );
      return messages.map(({ members }) => JSON.parse(`{${members}}`).data);
    },
  };
}

/** Lets everything happen that needs no time. */
export async function settle({ clock }: Pick<Scene, 'clock'>, turns = 20): Promise<void> {
  for (let n = 0; n < turns; n++) await clock.settle();
}

/** Moves the time on in small steps, letting everything happen at each. */
export async function pass(scene: Pick<Scene, 'clock'>, seconds: number): Promise<void> {
  for (let ms = 0; ms < seconds * 1000; ms += 500) {
    await scene.clock.advance(500);
    await settle(scene, 4);
  }
}

export function to(recipient: string, data: unknown, more: Partial<Notification> = {}): Notification {
  return { to: { recipients: [recipient] }, kind: 'direct', type: 'changed', data, ...more };
}
