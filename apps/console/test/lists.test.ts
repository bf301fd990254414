// Lists that are longer than one answer, or become shorter while somebody looks.

import type { AddressesInput, ClientsInput } from '@pollux/admin/contract';
import { flushPromises, mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Component } from 'vue';
import { createMemoryHistory, createRouter } from 'vue-router';
import { type Api, apiKey } from '../src/api.ts';
import QueueMessages from '../src/components/buffers/QueueMessages.vue';
import BuffersPage from '../src/pages/BuffersPage.vue';
import ClientsPage from '../src/pages/ClientsPage.vue';

beforeEach(() => setActivePinia(createPinia()));

async function open(page: Component, path: string, api: object) {
  const nothing = { render: () => null };
  const routes = [
    { path: '/', name: 'here', component: nothing },
    ...['client', 'live', 'clients', 'message'].map((name) => ({ path: `/${name}`, name, component: nothing })),
  ];
  const router = createRouter({ history: createMemoryHistory(), routes });
  await router.push(path);
  const apps = { list: { query: () => Promise.resolve([]) } };
  const view = mount(page, {
    global: { plugins: [router], provide: { [apiKey as symbol]: { apps, ...api } as unknown as Api } },
  });
  await flushPromises();
  return { view, router };
}

function clientsOf(sessions: { total: number }) {
  const client = { recipient: 'r', groups: [], openedMs: 0, lastContactMs: 0, transport: 'long-poll', polls: 1, delivered: 0 };
  return vi.fn<(input: ClientsInput) => Promise<object>>(({ offset = 0, limit = 50 }) =>
    Promise.resolve({
      total: sessions.total,
      nowMs: 0,
      rows: Array.from({ length: Math.max(0, Math.min(limit, sessions.total - offset)) }, (_, index) => ({
        ...client,
        session: `s${offset + index}`,
        pending: 0,
        applications: [],
      })),
    }),
  );
}

it('clients are sorted by what was pressed, the most first, and the other way round when pressed again', async () => {
  const query = clientsOf({ total: 3 });
  const { view, router } = await open(ClientsPage, '/?app=orders', { clients: { list: { query } } });
  const press = async (name: string) => {
    await view
      .findAll('th button')
      .find((button) => button.text() === name)
      ?.trigger('click');
    await flushPromises();
    const { sort, descending } = query.mock.calls.at(-1)?.[0] ?? {};
    return [sort, descending, router.currentRoute.value.fullPath];
  };
  expect(await press('Polls')).toEqual(['polls', true, '/?app=orders&sort=polls&desc=1']);
  expect(await press('Polls')).toEqual(['polls', false, '/?app=orders&sort=polls']);
  expect(await press('Recipient')).toEqual(['recipient', false, '/?app=orders']);
  await router.push('/?sort=nothing');
  await flushPromises();
  expect(query.mock.calls.at(-1)?.[0].sort).toBe('recipient');
});

it('clients that remain are shown after those of the last pages have gone', async () => {
  const sessions = { total: 120 };
  const query = clientsOf(sessions);
  const { view } = await open(ClientsPage, '/', { clients: { list: { query } } });
  for (const _ of [1, 2]) {
    await view
      .findAll('button')
      .find((button) => button.text() === 'Next')
      ?.trigger('click');
    await flushPromises();
  }
  expect(view.text()).toContain('101 to 120 of 120');
  sessions.total = 30;
  document.dispatchEvent(new Event('visibilitychange'));
  await flushPromises();
  expect(view.findAll('tbody tr')).toHaveLength(30);
});

it('addresses are asked for up to the bound of one answer, and the rest is said to be found by name', async () => {
  const row = { address: { kind: 'recipient', name: 'r' }, applications: 1, messages: 1, bytes: 1 };
  const totals = { addresses: 900, queues: 900, messages: 900, bytes: 1, parked: 0 };
  const query = vi.fn<(input: AddressesInput) => Promise<object>>(({ limit = 100 }) =>
    Promise.resolve({ rows: Array.from({ length: limit }, () => row), total: 900, totals, nowMs: 0 }),
  );
  const queues = { query: () => Promise.resolve([]) };
  const { view } = await open(BuffersPage, '/', { buffer: { addresses: { query }, queues } });
  for (let more = view.find('.more'); more.exists(); more = view.find('.more')) {
    await more.trigger('click');
    await flushPromises();
  }
  expect(Math.max(...query.mock.calls.map(([{ limit = 0 }]) => limit))).toBe(500);
  expect(view.text()).toContain('400 more: find them by their names');
});

it('waiting messages can be seen again after the last parked one has gone', async () => {
  const query = vi.fn<(input: { parked: boolean }) => Promise<object>>(() =>
    Promise.resolve({ rows: [], more: false, nowMs: 0 }),
  );
  const queue = { application: 'orders', messages: 3, parked: 1 };
  const props = { address: { kind: 'recipient', name: 'r' }, now: 0 };
  const api = { buffer: { peek: { query } } } as unknown as Api;
  const view = mount(QueueMessages, {
    props: { ...props, queue } as never,
    global: { provide: { [apiKey as symbol]: api } },
  });
  await view.get('[value=parked]').setValue();
  await view.setProps({ queue: { ...queue, parked: 0 } } as never);
  await view.get('[value=waiting]').setValue();
  await flushPromises();
  expect(query.mock.calls.at(-1)?.[0].parked).toBe(false);
});
