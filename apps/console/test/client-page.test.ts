/** What a client's page says of a session that this server does not know, which says nothing of the others. */
import { flushPromises, mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { expect, it } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import { apiKey } from '../src/api.ts';
import ClientPage from '../src/pages/ClientPage.vue';

it('does not call a session over that may be at another server', async () => {
  setActivePinia(createPinia());
  const nothing = { render: () => null };
  const routes = ['clients', 'buffers', 'inject'].map((name) => ({ path: `/${name}`, name, component: nothing }));
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [...routes, { path: '/clients/:id', name: 'client', component: nothing }],
  });
  await router.push('/clients/s_gone');
  const api = { clients: { get: { query: () => Promise.resolve(null) } } };
  const view = mount(ClientPage, { global: { plugins: [router], provide: { [apiKey as symbol]: api } } });
  await flushPromises();
  expect(view.text()).toContain('This session is not at this server');
  expect(view.text()).toContain('polls another server');
});
