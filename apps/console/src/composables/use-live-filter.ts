/** The live page's filter, kept in the address so that it can be shared, and survives going back. */
import type { FeedFilter } from '@pollux/admin/contract';
import { computed } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { defaultGroups, kindGroups } from '../lib/feed.ts';

export function useLiveFilter() {
  const route = useRoute();
  const router = useRouter();

  function part(name: string) {
    return computed({
      get: () => (typeof route.query[name] === 'string' ? route.query[name] : ''),
      set: (value: string) => void router.replace({ query: { ...route.query, [name]: value || undefined } }),
    });
  }

  const application = part('app');
  const recipient = part('to');
  const text = part('q');
  const show = part('show');
  const groups = computed<readonly string[]>({
    get: () => (show.value === '' ? defaultGroups : show.value.split(',').filter((id) => id !== 'none')),
    set: (next) => {
      const isDefault = next.length === defaultGroups.length && next.every((id) => defaultGroups.includes(id));
      // Nothing at all is a choice, too, and another one than none having been made.
      show.value = isDefault ? '' : next.length === 0 ? 'none' : next.join(',');
    },
  });

  const filter = computed<FeedFilter>(() => {
    const kinds = kindGroups.filter((group) => groups.value.includes(group.id)).flatMap((group) => group.kinds);
    return {
      kinds,
      ...(application.value ? { application: application.value } : {}),
      ...(recipient.value ? { recipient: recipient.value } : {}),
      ...(text.value ? { text: text.value } : {}),
    };
  });
  const narrowed = computed(() => application.value !== '' || recipient.value !== '' || text.value !== '' || show.value !== '');

  function reset(): void {
    void router.replace({ query: {} });
  }

  return { application, recipient, text, groups, filter, narrowed, reset };
}
