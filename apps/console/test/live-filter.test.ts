import { mount } from '@vue/test-utils';
import { expect, it } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import { useLiveFilter } from '../src/composables/use-live-filter.ts';
import { defaultGroups } from '../src/lib/feed.ts';

it('shows nothing where every kind is switched off, and all of the usual ones where nobody has chosen', async () => {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: { render: () => null } }] });
  await router.push('/');
  let filter = {} as ReturnType<typeof useLiveFilter>;
  const page = {
    setup: () => {
      filter = useLiveFilter();
      return () => null;
    },
  };
  mount(page, { global: { plugins: [router] } });
  expect([filter.groups.value, filter.narrowed.value]).toEqual([defaultGroups, false]);
  for (const group of defaultGroups) {
    filter.groups.value = filter.groups.value.filter((each) => each !== group);
    await new Promise((resolve) => router.afterEach(resolve));
  }
  expect([filter.groups.value, filter.filter.value.kinds, filter.narrowed.value]).toEqual([[], [], true]);
  filter.groups.value = ['errors'];
  await new Promise((resolve) => router.afterEach(resolve));
  expect([filter.groups.value, router.currentRoute.value.query]).toEqual([['errors'], { show: 'errors' }]);
});
