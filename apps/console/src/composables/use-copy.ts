import { useToasts } from '../stores/toasts.ts';

/** Copies text and says so; plain HTTP on another name than localhost has no clipboard, and that is said too. */
export function useCopy(): (text: string, what: string) => Promise<void> {
  const toasts = useToasts();
  return async (text, what) => {
    try {
      await navigator.clipboard.writeText(text);
      toasts.show(`${what} copied`, 'green');
    } catch {
      toasts.show('This page may not use the clipboard. Open the console over HTTPS or on localhost.', 'red');
    }
  };
}
