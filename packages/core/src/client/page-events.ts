/** What the surroundings tell: network, visibility, and a page that is put away or brought back. */
export interface PageListener {
  /** Something that makes it worthwhile to poll now. */
  wake(): void;
  offline(): void;
  /** The page goes, for good or (`kept`) for a while: into the back-forward cache, or frozen. */
  hide(kept: boolean): void;
  show(): void;
  /** The page may be seen now, or may not be any more. */
  look(): void;
}

/** While capturing, a window hears what is told to its document as well. (As an object: Node's `EventTarget` forgets `true`.) */
const capturing = { capture: true };
const types = ['online', 'offline', 'pagehide', 'pageshow', 'freeze', 'resume', 'visibilitychange'];

/** Listens where there is something to listen to (pages, workers); returns the way to stop. */
export function listenToPage({ wake, offline, hide, show, look }: PageListener): () => void {
  const hear = (event: Event): void => {
    const { type } = event;
    if (type === 'offline') offline();
    else if (type === 'pagehide') hide((event as PageTransitionEvent).persisted);
    else if (type === 'freeze') hide(true);
    else if (type === 'pageshow') show();
    else if (type === 'resume') {
      show();
      wake();
    } else {
      look();
      if (!seemsHidden()) wake();
    }
  };
  for (const type of types) globalThis.addEventListener?.(type, hear, capturing);
  return () => {
    for (const type of types) globalThis.removeEventListener?.(type, hear, capturing);
  };
}

/** Whether this is a page that nobody sees. */
export function seemsHidden(): boolean {
  return globalThis.document?.visibilityState === 'hidden';
}

/** Whether the runtime says that there is no network. It may be wrong, so the client goes on trying. */
export function seemsOffline(): boolean {
  return globalThis.navigator?.onLine === false;
}
