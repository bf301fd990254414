import { flushPromises, mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it } from 'vitest';
import { type Api, apiKey } from '../src/api.ts';
import EventInspector from '../src/components/live/EventInspector.vue';

beforeEach(() => setActivePinia(createPinia()));

it('shows the journey of the message that is looked at, or none', async () => {
  const status = { state: 'pending', code: 'no-session', why: 'waits for its client' };
  const journey = {
    query: ({ id }: { id: string }) => (id === 'one' ? Promise.resolve({ id, nowMs: 0, status }) : new Promise(() => {})),
  };
  const row = { seq: 1, atMs: 0, kind: 'delivered' as const, ids: ['one', 'two'] };
  const view = mount(EventInspector, {
    props: { row },
    global: { provide: { [apiKey as symbol]: { message: { journey } } as unknown as Api }, stubs: { RouterLink: true } },
  });
  await flushPromises();
  expect(view.text()).toContain('waits for its client');
  await view.get('select').setValue('two');
  await flushPromises();
  expect(view.text()).not.toContain('waits for its client');
});
