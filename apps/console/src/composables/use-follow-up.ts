/** Follows an injected message until it is acknowledged or over, or until watching it has taken too long. */
import type { JourneyView } from '@pollux/admin/contract';
import { computed, onScopeDispose, ref, watch } from 'vue';
import { isOver } from '../lib/journey.ts';
import { useJourney } from './resources.ts';

export const followSeconds = 30;

export type FollowState = 'waiting' | 'delivered' | 'acknowledged' | 'ended' | 'timed-out';

function stateOf(journey: JourneyView | undefined): FollowState {
  if (!journey) return 'waiting';
  const { recorded, status } = journey;
  if ((recorded?.acknowledgements ?? 0) > 0 || status?.state === 'acknowledged') return 'acknowledged';
  if (isOver(journey)) return 'ended';
  return (recorded?.deliveries ?? 0) > 0 || status?.state === 'delivered' ? 'delivered' : 'waiting';
}

export function useFollowUp(id: () => string, application: () => string) {
  const journey = useJourney(id, application, 400);
  const elapsed = ref(0);
  const startedMs = Date.now();
  const reached = computed(() => stateOf(journey.data.value));
  const settled = computed(() => reached.value === 'acknowledged' || reached.value === 'ended');
  const state = computed<FollowState>(() => (!settled.value && elapsed.value >= followSeconds ? 'timed-out' : reached.value));
  const timer = setInterval(() => {
    elapsed.value = Math.floor((Date.now() - startedMs) / 1000);
  }, 250);

  watch([settled, state], () => {
    if (!settled.value && state.value !== 'timed-out') return;
    clearInterval(timer);
    journey.stop();
  });
  onScopeDispose(() => clearInterval(timer));
  return { journey: journey.data, reached, state, elapsed };
}
