import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';

export type Theme = 'system' | 'light' | 'dark';
export type Density = 'comfortable' | 'compact';

const key = 'pollux.preferences';

function stored(): { theme?: Theme; density?: Density } {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '{}') as { theme?: Theme; density?: Density };
  } catch {
    return {};
  }
}

/** What a person likes, kept in this browser; theme.js applies it before the first paint. */
export const usePreferences = defineStore('preferences', () => {
  const { theme: storedTheme = 'system', density: storedDensity = 'comfortable' } = stored();
  const theme = ref<Theme>(storedTheme);
  const density = ref<Density>(storedDensity);
  const system = matchMedia('(prefers-color-scheme: dark)');
  const systemDark = ref(system.matches);
  system.addEventListener('change', (event) => {
    systemDark.value = event.matches;
  });
  const isDark = computed(() => (theme.value === 'system' ? systemDark.value : theme.value === 'dark'));

  watch(
    [isDark, density],
    () => {
      document.documentElement.dataset['theme'] = isDark.value ? 'dark' : 'light';
      document.documentElement.dataset['density'] = density.value;
    },
    { immediate: true },
  );
  watch([theme, density], () => {
    try {
      localStorage.setItem(key, JSON.stringify({ theme: theme.value, density: density.value }));
    } catch {
      // Storage may be forbidden: the choice then lasts as long as the page.
    }
  });
  return { theme, density, isDark };
});
