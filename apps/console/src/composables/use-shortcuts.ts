import { onMounted, onUnmounted } from 'vue';

/** Handlers by key as `KeyboardEvent.key` names it; `mod+k` is Ctrl or Command with K. */
export type Shortcuts = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/** A choice takes its own keys only; everything else that is an input takes all. */
function isTyping(target: EventTarget | null, key: string): boolean {
  if (target instanceof HTMLInputElement && /^(radio|checkbox)$/.test(target.type)) return /^(Arrow.*| )$/.test(key);
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** What scrolls by itself, and is focused for that, keeps the keys that scroll it. */
function isScrolling(target: EventTarget | null, key: string): boolean {
  return /^(Arrow.*| )$/.test(key) && target instanceof HTMLElement && target.matches('[role="region"], [role="group"]');
}

/** Keys of a page, while it is shown; single keys do nothing while somebody types, or a dialog is open. */
export function useShortcuts(shortcuts: Shortcuts): void {
  function onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.altKey) return;
    const mod = event.ctrlKey || event.metaKey;
    if (
      !mod &&
      (isTyping(event.target, event.key) || isScrolling(event.target, event.key) || document.querySelector('[role="dialog"]'))
    )
      return;
    // A space on a button presses it.
    if (event.key === ' ' && event.target instanceof HTMLButtonElement) return;
    const handler = shortcuts[mod ? `mod+${event.key.toLowerCase()}` : event.key];
    if (!handler) return;
    event.preventDefault();
    handler(event);
  }
  onMounted(() => document.addEventListener('keydown', onKey));
  onUnmounted(() => document.removeEventListener('keydown', onKey));
}
