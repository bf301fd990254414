import { computed, type Ref, ref, watchEffect } from 'vue';

const stored = 'portal.theme';
const system = matchMedia('(prefers-color-scheme: dark)');

/** The theme: the system's until somebody chooses. */
export function useTheme(): { readonly dark: Readonly<Ref<boolean>>; toggle(): void } {
  const chosen = ref(localStorage.getItem(stored));
  const systemDark = ref(system.matches);
  system.addEventListener('change', ({ matches }) => {
    systemDark.value = matches;
  });
  const dark = computed(() => (chosen.value === null ? systemDark.value : chosen.value === 'dark'));
  watchEffect(() => {
    document.documentElement.dataset['theme'] = dark.value ? 'dark' : 'light';
  });
  return {
    dark,
    toggle() {
      chosen.value = dark.value ? 'light' : 'dark';
      localStorage.setItem(stored, chosen.value);
    },
  };
}
