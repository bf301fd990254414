/** Window and document as far as the client looks at them. A window hears what is told to its document, too. */
import { vi } from 'vitest';

export interface StubPage {
  /** Tells an event. */
  tell(type: string, more?: object): void;
  /** Shows or hides the page, and tells it. */
  look(state: 'visible' | 'hidden'): void;
}

/** Puts a page in place of the globals, visible and online, until `vi.unstubAllGlobals()`. */
export function stubPage(): StubPage {
  const page = new EventTarget();
  const view = { visibilityState: 'visible' };
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
  vi.stubGlobal('document', view);
  vi.stubGlobal('navigator', { onLine: true });
  const tell = (type: string, more: object = {}): void => void page.dispatchEvent(Object.assign(new Event(type), more));
  return {
    tell,
    look: (state) => {
      view.visibilityState = state;
      tell('visibilitychange');
    },
  };
}
