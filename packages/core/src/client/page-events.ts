/** What the surroundings tell: network, visibility, and a page that is put away or brought back. */
export interface PageListener {
  /** Something that makes it worthwhile to poll now. */
  wake(): void;
  offline(): void;
  /** The page goes, for good or (`kept`) into the back-forward cache. */
  hide(kept: boolean): void;
  show(): void;
}

/** Listens where there is something to listen to (pages, workers); returns the way to stop. */
export function listenToPage(listener: PageListener): () => void {
  // One table for window and document: each is asked only for events that it has.
  const heard: readonly (readonly [target: EventTarget | undefined, type: string, run: (event: Event) => void])[] = [
    [globalThis, 'online', () => listener.wake()],
    [globalThis, 'offline', () => listener.offline()],
    [globalThis, 'pagehide', (event) => listener.hide((event as PageTransitionEvent).persisted)],
    [globalThis, 'pageshow', () => listener.show()],
    [globalThis.document, 'resume', () => listener.wake()],
    [globalThis.document, 'visibilitychange', () => globalThis.document.visibilityState === 'visible' && listener.wake()],
  ];
  for (const [target, type, run] of heard) target?.addEventListener?.(type, run);
  return () => {
    for (const [target, type, run] of heard) target?.removeEventListener?.(type, run);
  };
}

/** Whether the runtime says that there is no network. It may be wrong, so polls go on, seldom. */
export function seemsOffline(): boolean {
  return globalThis.navigator?.onLine === false;
}
