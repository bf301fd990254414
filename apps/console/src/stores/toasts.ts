import { defineStore } from 'pinia';
import { ref } from 'vue';

export interface Toast {
  readonly id: number;
  readonly tone: 'green' | 'red' | 'grey';
  readonly text: string;
}

const shownMs = 5000;

/** Short messages at the edge of the page, read out by screen readers. */
export const useToasts = defineStore('toasts', () => {
  const toasts = ref<Toast[]>([]);
  let next = 1;

  function dismiss(id: number): void {
    toasts.value = toasts.value.filter((toast) => toast.id !== id);
  }

  function show(text: string, tone: Toast['tone'] = 'grey'): void {
    const id = next;
    next += 1;
    toasts.value = [...toasts.value.slice(-3), { id, tone, text }];
    setTimeout(dismiss, tone === 'red' ? 2 * shownMs : shownMs, id);
  }

  return { toasts, show, dismiss };
});
