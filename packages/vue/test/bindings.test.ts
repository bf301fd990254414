/** The composables beside a real communication server, in scopes that begin and end. */
import { defineApplication, direct } from '@pollux/core';
import { createCommunicationClient } from '@pollux/core/client';
import { createCommunicationServer, createServlet } from '@pollux/core/server';
import { createLoopback, createManualClock } from '@pollux/core/testing';
import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest';
import { createApp, createSSRApp, defineComponent, type EffectScope, effectScope, h, watchEffect } from 'vue';
import { renderToString } from 'vue/server-renderer';
import { pollux, useApplication, useClient, useStatus } from '../src/index.ts';

const crm = defineApplication('crm', { 'call.offered': direct<{ from: string }>() });

function setup() {
  const clock = createManualClock();
  const server = createCommunicationServer({ applications: { crm: { contract: crm }, orders: {} }, clock });
  const loopback = createLoopback(createServlet({ server, authenticate: () => ({ recipient: 'alice' }) }));
  const client = createCommunicationClient({
    url: 'http://loopback/pollux',
    clock,
    fetch: (input, init) => loopback.fetch(input, init),
  });
  const app = createApp({}).use(pollux(client));
  onTestFinished(async () => {
    await client.close();
    await server.close({ drainSeconds: 0 });
  });
  return {
    clock,
    client,
    server,
    notify: (from: string) => server.application(crm).notify({ recipients: ['alice'] }, 'call.offered', { from }),
    pending: async () => (await server.inspect.buffer.totals()).messages,
    /** Runs a component's set-up in a scope of its own. */
    within<T>(run: () => T): { readonly scope: EffectScope; readonly value: T } {
      const scope = effectScope(true);
      return { scope, value: app.runWithContext(() => scope.run(run)) as T };
    },
  };
}

describe('useApplication', () => {
  it('hands messages to handlers as long as the scope lives, and leaves with it', async () => {
    const { clock, within, notify, pending } = setup();
    const seen: string[] = [];
    const { scope, value } = within(() => {
      const application = useApplication(crm);
      application.on('call.offered', ({ data }) => {
        expectTypeOf(data.from).toBeString();
        seen.push(data.from);
      });
      return application;
    });
    expect(value.status.value).toEqual({ state: 'pending' });
    await clock.advance(10);
    await notify('a');
    await clock.advance(10);
    expect(seen).toEqual(['a']);
    expect(value.status.value).toEqual({ state: 'active' });
    await clock.advance(2000);
    scope.stop();
    await clock.advance(2000);
    await notify('b');
    await clock.advance(20_000);
    expect(seen).toEqual(['a']);
    // Nobody has it, so it stays with the server.
    expect(await pending()).toBe(1);
  });

  it('is shared: the application stays until the last scope ends', async () => {
    const { clock, within, notify } = setup();
    const seen: string[] = [];
    const listen = (who: string) =>
      within(() => useApplication(crm).on('call.offered', ({ data }) => seen.push(`${who} ${data.from}`)));
    const first = listen('first');
    const second = listen('second');
    await clock.advance(10);
    first.scope.stop();
    await notify('a');
    await clock.advance(10);
    expect(seen).toEqual(['second a']);
    second.scope.stop();
    listen('third');
    await notify('b');
    await clock.advance(1000);
    expect(seen).toEqual(['second a', 'third b']);
  });

  it('a handler that is registered after the scope ended is none', async () => {
    const { clock, within, notify } = setup();
    const seen: string[] = [];
    const { scope, value } = within(() => useApplication(crm));
    within(() => useApplication(crm).on('call.offered', () => seen.push('other')));
    scope.stop();
    value.on('call.offered', () => seen.push('late'));
    await clock.advance(10);
    await notify('a');
    await clock.advance(10);
    expect(seen).toEqual(['other']);
  });
});

describe('useStatus', () => {
  it('follows the connection, and stops with the scope', async () => {
    const { clock, client, within } = setup();
    const seen: string[] = [];
    const { scope } = within(() => {
      const status = useStatus();
      watchEffect(() => seen.push(status.value), { flush: 'sync' });
    });
    within(() => useApplication('orders'));
    await clock.advance(100);
    expect(seen).toEqual(['idle', 'connecting', 'connected']);
    scope.stop();
    await client.close();
    expect(seen).toHaveLength(3);
  });
});

it('without a client it is said what to do', () => {
  const bare = createApp({});
  expect(() => bare.runWithContext(() => useClient())).toThrow('app.use(pollux(client))');
});

it('where a page is rendered on a server nobody joins: nothing there would ever leave', async () => {
  const { client, clock, server } = setup();
  const Calls = defineComponent(() => {
    const connection = useStatus();
    const { on, status } = useApplication(crm);
    on('call.offered', () => undefined)();
    return () => h('p', `${connection.value} ${status.value.state}`);
  });
  expect(await renderToString(createSSRApp(Calls).use(pollux(client)))).toBe('<p>idle pending</p>');
  await clock.advance(1000);
  expect(server.inspect.totals().sessions).toBe(0);
  expect(client.state).toBe('idle');
});
