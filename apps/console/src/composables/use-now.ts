import { computed, onScopeDispose, type Ref, ref } from 'vue';
import { useLive } from '../stores/live.ts';

/** The server's time, moving once a second. */
export function useNow(): Ref<number> {
  const live = useLive();
  const local = ref(Date.now());
  const timer = setInterval(() => {
    local.value = Date.now();
  }, 1000);
  onScopeDispose(() => clearInterval(timer));
  return computed(() => local.value + live.clockSkewMs);
}
