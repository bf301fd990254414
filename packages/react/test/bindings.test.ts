// @vitest-environment jsdom
/** The hooks beside a real communication server, in components that come and go, under StrictMode. */
import { defineApplication, direct } from '@pollux/core';
import { createCommunicationClient } from '@pollux/core/client';
import { createCommunicationServer, createServlet } from '@pollux/core/server';
import { createLoopback, createManualClock } from '@pollux/core/testing';
import { act, createElement, type ReactNode, StrictMode, useState } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { expect, it, onTestFinished } from 'vitest';
import { PolluxProvider, useApplication, useStatus } from '../src/index.ts';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const crm = defineApplication('crm', { 'call.offered': direct<{ from: string }>(), 'call.ended': direct() });

function setup() {
  const clock = createManualClock();
  const server = createCommunicationServer({ applications: { crm: { contract: crm } }, clock });
  const loopback = createLoopback(createServlet({ server, authenticate: () => ({ recipient: 'alice' }) }));
  let requests = 0;
  const client = createCommunicationClient({
    url: 'http://loopback/pollux',
    clock,
    fetch: (input, init) => {
      requests += 1;
      return loopback.fetch(input, init);
    },
  });
  const container = document.createElement('div');
  const root = createRoot(container);
  onTestFinished(async () => {
    await act(async () => root.unmount());
    await client.close();
    await server.close({ drainSeconds: 0 });
  });
  return {
    container,
    requests: () => requests,
    pending: async () => (await server.inspect.buffer.totals()).messages,
    advance: (ms: number) => act(() => clock.advance(ms)),
    notify: (from: string) => server.application(crm).notify({ recipients: ['alice'] }, 'call.offered', { from }),
    render: (...children: ReactNode[]) =>
      act(async () => root.render(createElement(StrictMode, null, createElement(PolluxProvider, { client }, ...children)))),
  };
}

const seen: string[] = [];

function Calls({ who, also = false }: { readonly who: string; readonly also?: boolean }): ReactNode {
  const { state } = useApplication(crm, {
    on: {
      'call.offered': ({ data }) => void seen.push(`${who} ${data.from}`),
      ...(also && { 'call.ended': () => void seen.push(`${who} ended`) }),
    },
  });
  return createElement('p', null, `${state} ${useStatus()}`);
}

it('under StrictMode joins once, is called once for each message, and shows its status', async () => {
  seen.length = 0;
  const { container, render, advance, notify, requests } = setup();
  await render(createElement(Calls, { who: 'a' }));
  await advance(10);
  const before = requests();
  await notify('1');
  await advance(10);
  expect(seen).toEqual(['a 1']);
  expect(container.textContent).toBe('active connected');
  // What was joined twice would have polled twice.
  expect(before).toBeLessThanOrEqual(2);
});

it('calls the handlers of the newest render, without joining anew', async () => {
  seen.length = 0;
  const { render, advance, notify, requests } = setup();
  await render(createElement(Calls, { who: 'a' }));
  await advance(100);
  const before = requests();
  await render(createElement(Calls, { who: 'b' }));
  await advance(100);
  expect(requests()).toBe(before);
  await notify('1');
  await advance(10);
  expect(seen).toEqual(['b 1']);
});

it('a type that is handled from now on is registered, and the others go on', async () => {
  seen.length = 0;
  const { render, advance, notify } = setup();
  await render(createElement(Calls, { who: 'a' }));
  await render(createElement(Calls, { who: 'a', also: true }));
  await advance(100);
  await notify('1');
  await advance(10);
  expect(seen).toEqual(['a 1']);
});

it('the application stays until the last component goes; then messages stay with the server', async () => {
  seen.length = 0;
  const { render, advance, notify, pending } = setup();
  await render(createElement(Calls, { key: 'a', who: 'a' }), createElement(Calls, { key: 'b', who: 'b' }));
  await advance(10);
  await render(createElement(Calls, { key: 'b', who: 'b' }));
  await notify('1');
  await advance(2000);
  expect(seen).toEqual(['b 1']);
  await render();
  await advance(2000);
  await notify('2');
  await advance(20_000);
  expect(seen).toEqual(['b 1']);
  expect(await pending()).toBe(1);
});

it('a type whose handler is missing for now is not handled by nothing', async () => {
  seen.length = 0;
  const { render, advance, notify } = setup();
  const Listening = ({ isOn }: { readonly isOn: boolean }): null => {
    const on = isOn ? ({ data }: { readonly data: { readonly from: string } }) => void seen.push(data.from) : undefined;
    useApplication(crm, { on: { 'call.offered': on } as { 'call.offered': NonNullable<typeof on> } });
    return null;
  };
  await render(createElement(Listening, { isOn: false }));
  await notify('1');
  await advance(1000);
  await render(createElement(Listening, { isOn: true }));
  await advance(1000);
  expect(seen).toEqual(['1']);
});

it('a handler that takes its own component down has handled its message; what follows waits for the next component', async () => {
  seen.length = 0;
  const { render, advance, notify, pending } = setup();
  let hide = (): void => undefined;
  const Once = ({ who }: { readonly who: string }): ReactNode => {
    const [isThere, setThere] = useState(true);
    hide = () => flushSync(() => setThere(false));
    return isThere ? createElement(Taken, { who }) : null;
  };
  const Taken = ({ who }: { readonly who: string }): null => {
    const take = ({ data }: { readonly data: { readonly from: string } }): void => {
      seen.push(`${who} ${data.from}`);
      hide();
    };
    useApplication(crm, { on: { 'call.offered': take } });
    return null;
  };
  await render(createElement(Once, { key: 'a', who: 'a' }));
  await advance(10);
  await notify('1');
  await notify('2');
  await advance(30_000);
  expect(seen).toEqual(['a 1']);
  expect(await pending()).toBeGreaterThanOrEqual(1);
  await render(createElement(Once, { key: 'b', who: 'b' }));
  await advance(2000);
  expect(seen).toEqual(['a 1', 'b 2']);
});

it('asks no more of a browser than the client, which is ES2020', async () => {
  seen.length = 0;
  const { render, advance, notify } = setup();
  const { toSorted } = Array.prototype;
  Reflect.deleteProperty(Array.prototype, 'toSorted');
  try {
    await render(createElement(Calls, { who: 'a' }));
  } finally {
    Reflect.defineProperty(Array.prototype, 'toSorted', { value: toSorted, configurable: true, writable: true });
  }
  await advance(10);
  await notify('1');
  await advance(10);
  expect(seen).toEqual(['a 1']);
});

it('outside of a provider it is said what to do', async () => {
  const root = createRoot(document.createElement('div'), { onUncaughtError: () => undefined });
  const Lost = (): ReactNode => useStatus();
  await expect(act(async () => root.render(createElement(Lost)))).rejects.toThrow('Put <PolluxProvider client={…}> around it.');
});
