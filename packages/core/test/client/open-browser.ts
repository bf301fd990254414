/** Tabs of one browser that share a connection, and what they tell one another. */
import type { ApplicationClient, ApplicationClientOptions } from '../../src/client/index.ts';
import { type Sent, type Setup, setup } from './harness.ts';
import { type StubBrowser, stubBrowser } from './stub-browser.ts';

export interface Tab extends Setup {
  readonly seen: unknown[];
  readonly gaps: unknown[];
  /** Joins an application, and notes what it tells. */
  join(name: string, options?: ApplicationClientOptions): ApplicationClient;
}

export interface Browser {
  readonly browser: StubBrowser;
  /** Opens a tab with an application, and answers what it asks on its own: whose session it is. */
  open(name?: string, options?: ApplicationClientOptions): Promise<Tab>;
  /** Lets all tabs hear what was told. */
  settle(): Promise<void>;
  /** The same, after `ms`. */
  advance(ms: number): Promise<void>;
  /** The requests that wait for their answer, but for last words. */
  asking(): readonly Sent[];
}

export function openBrowser(): Browser {
  const browser = stubBrowser();
  const tabs: Tab[] = [];
  const asking = (): Sent[] => tabs[0]?.server.open.filter(({ init }) => !init.keepalive) ?? [];
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn++) {
      await tabs[0]?.clock.settle();
      browser.deliver();
    }
  };
  const advance = async (ms: number): Promise<void> => {
    await tabs[0]?.clock.advance(ms);
    await settle();
  };
  const open = async (name = 'orders', options: ApplicationClientOptions = {}): Promise<Tab> => {
    const [first] = tabs;
    const number = tabs.length;
    const shared = first && { clock: first.clock, fetch: first.server.fetch };
    const parts = setup({ ...shared, random: { next: () => number / 10, token: () => '' } } as never);
    const { server, clock } = first ?? parts;
    const seen: unknown[] = [];
    const gaps: unknown[] = [];
    const join: Tab['join'] = (application, settings) => {
      const joined = parts.client.application(application, settings);
      joined.on('note', ({ data }) => void seen.push(data));
      joined.onGap((gap) => void gaps.push(gap));
      return joined;
    };
    const tab = { ...parts, server, clock, seen, gaps, join };
    tabs.push(tab);
    join(name, options);
    await clock.advance(20);
    const unsure = asking().find(({ body }) => !body.session && Object.keys(body.applications).length === 0);
    unsure?.answer(200, { session: `own_${number}`, recipient: 'tag' });
    await settle();
    await advance(20);
    return tab;
  };
  return { browser, open, settle, advance, asking };
}
