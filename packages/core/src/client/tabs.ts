/**
 * One connection for all tabs of a browser that poll the same server for the same recipient.
 *
 * The tab that holds a Web Lock polls for all; the others wait for the lock. What is told over the BroadcastChannel:
 *
 *   a tab that joins   ── hello ──►  all        the polling tab ── state ──►  all      (what a tab has to know)
 *   each tab           ── tab ────►  all        (what it wants, how far it is, which messages failed)
 *   the polling tab    ── answer ─►  all        (what the server told)
 *   a tab that goes    ── gone ───►  all
 *
 * So each tab knows what the polling one knows, and goes on with its session when that closes, crashes (its lock is free)
 * or does not answer any more (its lock is stolen). A lock of each tab's own tells the polling tab when one has crashed.
 */
import { lifeSignMs, patrolMs, unheardRequests } from './bounds.ts';
import type { ClientState } from './communication-client.ts';
import type { ClientContext } from './context.ts';
import type { SharedWork } from './shared-work.ts';
import type { Distribution, Snapshot, TabNews } from './tab-news.ts';
import type { WireState } from './wire.ts';

type Told =
  | { readonly kind: 'hello' | 'ask' }
  | { readonly kind: 'state'; readonly snapshot: Snapshot; readonly wire: WireState; readonly state: ClientState }
  | { readonly kind: 'tab'; readonly news: TabNews }
  | { readonly kind: 'answer'; readonly distribution: Distribution; readonly wire: WireState; readonly state: ClientState }
  | { readonly kind: 'shown'; readonly wire: WireState; readonly state: ClientState }
  | { readonly kind: 'gone'; readonly tab: string };

/** `waiting`: it is not known yet who polls. */
export type Role = 'waiting' | 'following' | 'polling';

/** What the tabs need of the client. */
export interface TabHost {
  readonly state: ClientState;
  readonly wire: WireState;
  /** Polls, or no longer: as the role now says. */
  turn(): void;
  /** What there is to say has changed. */
  review(): void;
  /** Somebody looks again. */
  wake(): void;
  /** Another tab polls, with this session; this one has only just joined. */
  follow(wire: WireState, state: ClientState, isNew: boolean): void;
}

export interface Tabs {
  readonly role: Role;
  /** Joins the tabs of this recipient, and leaves any others. */
  join(tag: string): void;
  leave(): void;
  /** Tells the others what changed here, once this turn is over. */
  tell(): void;
  share(distribution: Distribution): void;
  /** Tells the others what the client shows, and the number of its latest request. */
  show(): void;
}

/** Whether there may be tabs to share with, and a way to. */
export function canShare(): boolean {
  try {
    if (!document || !navigator.locks) return false;
    // Firefox has one that throws where the user blocks cookies.
    new BroadcastChannel('').close();
    return true;
  } catch {
    return false;
  }
}

/** @param me names this tab; older tabs have names that sort before */
export function createTabs(context: ClientContext, me: string, base: string, work: SharedWork, host: TabHost): Tabs {
  const { others } = work;
  const heard = new Set<string>();
  const watched = new Set<string>();
  let role: Role = 'waiting';
  let leader = '';
  let name = '';
  let channel: BroadcastChannel | undefined;
  let membership = new AbortController();
  let isQueued = false;
  let isToTell = false;

  const post = (told: Told): void => channel?.postMessage({ ...told, from: me });
  const postTab = (): void => post({ kind: 'tab', news: work.own() });
  const wire = (): WireState => {
    const { session, seq, advice, notBeforeMs } = host.wire;
    return { session, seq, advice, notBeforeMs: notBeforeMs - context.clock.monotonic() };
  };
  const postState = (): void => post({ kind: 'state', snapshot: work.snapshot(), wire: wire(), state: host.state });

  const request = (lock: string, options: LockOptions, granted: (held: boolean, over: Promise<unknown>) => unknown) => {
    const { signal } = membership;
    const over = new Promise((resolve) => signal.addEventListener('abort', resolve));
    return navigator.locks.request(lock, options, (held) => signal.aborted || granted(!!held, over));
  };

  const lead = (): void => {
    role = 'polling';
    leader = me;
    host.wire.seq += unheardRequests;
    postState();
    for (const tab of others.keys()) watch(tab);
    host.turn();
  };

  /** Asks to poll for all: if nobody does, after the one that does, or (`steal`) in its place. */
  const contend = (options: LockOptions): void => {
    const { signal } = membership;
    if (options.signal) isQueued = true;
    request(name, options, (held, over) => {
      if (options.signal) isQueued = false;
      if (options.ifAvailable) patrol(held ? patrolMs : 0);
      if (held) lead();
      else follow();
      return held && over;
    }).catch(() => {
      if (signal.aborted) return;
      if (role !== 'polling') return standAlone();
      // Stolen, since this tab gave no sign of life.
      role = 'waiting';
      host.turn();
      follow();
    });
  };
  /** The page is not allowed any locks: it polls for itself. */
  const standAlone = (): void => {
    role = 'polling';
    host.turn();
  };
  /** Asks what it has to know, for what others were told was not for one that polls; its turn to poll may come. */
  const follow = (): void => {
    post({ kind: 'hello' });
    if (!isQueued) contend({ signal: membership.signal });
  };

  const drop = (tab: string): void => {
    watched.delete(tab);
    work.set(tab);
    host.review();
  };

  const watch = (tab: string): void => {
    if (watched.has(tab)) return;
    watched.add(tab);
    request(`${name}:${tab}`, { signal: membership.signal }, () => expel(tab)).catch(() => undefined);
  };

  const expel = (tab: string): void => {
    post({ kind: 'gone', tab });
    drop(tab);
  };

  /** Looks after the others now and then: one that is held up has its locks and does nothing. */
  const patrol = (ms: number): void => {
    const { signal } = membership;
    context.after(ms, () => {
      if (signal.aborted) return;
      heard.clear();
      post({ kind: role === 'waiting' ? 'hello' : 'ask' });
      context.after(lifeSignMs, () => {
        if (signal.aborted) return;
        if (role === 'polling') for (const tab of others.keys()) heard.has(tab) || expel(tab);
        else if (!heard.has(leader)) contend({ steal: true });
        patrol(patrolMs);
      });
    });
  };

  const hearTab = (tab: string, news: TabNews): void => {
    const wasHidden = work.isHidden();
    work.set(tab, news);
    if (role === 'polling') watch(tab);
    if (wasHidden && !work.isHidden()) host.wake();
    host.review();
  };

  const hear = (told: Told & { readonly from: string }): void => {
    const { kind, from } = told;
    heard.add(from);
    if (kind === 'hello') {
      if (role === 'polling') postState();
    } else if (kind === 'ask' || (kind === 'gone' && told.tab === me)) postTab();
    else if (kind === 'gone') drop(told.tab);
    else if (kind === 'tab') hearTab(from, told.news);
    else if (role !== 'polling') hearLeader(told);
  };

  const hearLeader = (told: Told & { readonly from: string }): void => {
    leader = told.from;
    const isNew = role === 'waiting';
    if (told.kind === 'state') {
      if (isNew) {
        role = 'following';
        work.adopt(told.snapshot);
      }
      postTab();
    } else if (isNew) return;
    if (told.kind === 'answer') work.distribute(told.distribution);
    if ('wire' in told) host.follow(told.wire, told.state, isNew);
  };

  const tabs: Tabs = {
    get role() {
      return role;
    },
    join: (tag) => {
      const next = `pollux:1:${base}:${tag}`;
      if (channel && name === next) return;
      tabs.leave();
      name = next;
      membership = new AbortController();
      isQueued = false;
      channel = new BroadcastChannel(name);
      channel.onmessage = ({ data }) => hear(data);
      const { signal } = membership;
      // Its own lock first: the others are told of it once it tells them when it is gone.
      request(`${name}:${me}`, {}, (_, over) => {
        contend({ ifAvailable: true });
        return over;
      }).catch(() => signal.aborted || standAlone());
    },
    leave: () => {
      if (!channel) return;
      if (isToTell) postTab();
      post({ kind: 'gone', tab: me });
      membership.abort();
      channel.close();
      channel = undefined;
      role = 'waiting';
      watched.clear();
      work.reset();
    },
    tell: () => {
      if (isToTell || role === 'waiting' || others.size === 0) return;
      isToTell = true;
      queueMicrotask(() => {
        isToTell = false;
        postTab();
      });
    },
    share: (distribution) => {
      const isNews = distribution.reported.length > 0 || [...distribution.sections.values()].some((section) => section);
      if (others.size > 0 && isNews) post({ kind: 'answer', distribution, wire: wire(), state: host.state });
    },
    show: () => {
      if (role === 'polling' && others.size > 0) post({ kind: 'shown', wire: wire(), state: host.state });
    },
  };
  return tabs;
}
