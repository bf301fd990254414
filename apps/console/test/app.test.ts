import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Router } from 'vue-router';
import App from '../src/App.vue';
import { type Api, apiKey } from '../src/api.ts';
import UserMenu from '../src/components/shell/UserMenu.vue';
import { createConsoleRouter } from '../src/router.ts';
import { useSession } from '../src/stores/session.ts';

const user = { name: 'ann', role: 'admin' as const, expiresMs: 0 };
const journeys = new Map<string, () => Promise<object>>();
let signedOut: (error: unknown) => void = () => {};

const api = {
  session: {
    me: { query: () => Promise.resolve({ environment: 'test', user }) },
    logout: { mutate: () => Promise.resolve({ environment: 'test' }) },
  },
  apps: { list: { query: () => Promise.resolve([]) } },
  message: { journey: { query: ({ id }: { id: string }) => journeys.get(id)?.() } },
  live: {
    stream: {
      subscribe: (_: unknown, { onError }: { onError: (error: unknown) => void }) => {
        signedOut = onError;
        return { unsubscribe: () => {} };
      },
    },
  },
} as unknown as Api;

vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => {} }));

describe('the console', () => {
  let router: Router;
  let view: VueWrapper;

  async function openAt(path: string): Promise<void> {
    router = createConsoleRouter();
    // As when somebody has signed in: the page for that is loaded.
    await router.push('/login');
    await useSession().load(api);
    await router.push(path);
    view = mount(App, { global: { plugins: [router], provide: { [apiKey as symbol]: api } } });
    await flushPromises();
  }

  beforeEach(() => setActivePinia(createPinia()));
  afterEach(() => view.unmount());

  it('asks nothing more for somebody who signs out, and keeps nothing of where they were', async () => {
    const asked: string[] = [];
    const known = { id: 'AAAAAAAAAAA1', nowMs: 0 };
    journeys.set(known.id, () => Promise.resolve(asked.push(known.id)).then(() => known));
    await openAt(`/messages/${known.id}`);
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    const places = history.length;
    const menu = view.getComponent(UserMenu).vm.$ as unknown as { setupState: { signOut: () => Promise<void> } };
    await menu.setupState.signOut();
    await vi.waitFor(() => expect(view.text()).toContain('Sign in to Pollux'));
    expect([asked.length, history.length - places, router.currentRoute.value.fullPath]).toEqual([1, 1, '/login']);
  });

  it('goes back to where one was, after a session that ended by itself', async () => {
    await openAt('/settings');
    const { TRPCClientError } = await import('@trpc/client');
    const shape = { code: -32001, message: 'no', data: { code: 'UNAUTHORIZED', httpStatus: 401 } };
    signedOut(TRPCClientError.from({ error: shape }));
    await vi.waitFor(() => expect(view.text()).toContain('Sign in to Pollux'));
    expect(router.currentRoute.value.fullPath).toBe('/login?next=/settings');
  });

  it('never shows one message under the name of another', async () => {
    const known = { status: { state: 'pending', why: 'waits for its client', code: 'no-session' }, nowMs: 0 };
    journeys.set('AAAAAAAAAAA1', () => Promise.resolve({ id: 'AAAAAAAAAAA1', application: 'orders', ...known }));
    journeys.set('AAAAAAAAAAA2', () => Promise.reject(new Error('Not now.')));
    await openAt('/messages/AAAAAAAAAAA1');
    await vi.waitFor(() => expect(view.text()).toContain('waits for its client'));
    await router.push('/messages/AAAAAAAAAAA2');
    await vi.waitFor(() => expect(view.text()).toContain('Not now.'));
    expect(view.text()).not.toContain('waits for its client');
    expect(view.text()).not.toContain('Withdraw');
  });
});
