import { type Ref, ref } from 'vue';

export interface Unread {
  readonly count: Readonly<Ref<number>>;
  /** Something new has come. */
  add(): void;
  /** Somebody has looked. */
  clear(): void;
}

/** Counts what has come since somebody last looked. */
export function useUnread(): Unread {
  const count = ref(0);
  return {
    count,
    add: () => {
      count.value += 1;
    },
    clear: () => {
      count.value = 0;
    },
  };
}
