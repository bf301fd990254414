import type { ApplicationClient, ApplicationStatus } from '@pollux/core/client';
import { onScopeDispose, type Ref, ref, shallowRef } from 'vue';
import { describeGap } from './describe-gap.ts';
import { type Unread, useUnread } from './use-unread.ts';

/** What every panel shows of its application, whatever it is about. */
export interface ApplicationState {
  readonly status: Readonly<Ref<ApplicationStatus>>;
  /** What was missed, or what went wrong; empty when all is well. */
  readonly notice: Ref<string>;
  readonly unread: Unread;
}

export interface ManagedState extends ApplicationState {
  /** Runs an action; where it fails, the notice says why. */
  attempt(action: () => Promise<unknown>): Promise<void>;
}

const retryMs = 3000;

/**
 * Loads what the application shows: now, once it is told of everything that follows, and after every announced loss.
 * It leaves the poll with the component. Register the handlers before: a message that comes while loading is then not
 * missed.
 */
export function useApplicationState(application: ApplicationClient, load: () => Promise<void>): ManagedState {
  const status = shallowRef<ApplicationStatus>({ state: 'pending' });
  const notice = ref('');

  async function attempt(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
      notice.value = '';
    } catch (error) {
      notice.value = describe(error);
    }
  }

  let isCurrent = false;
  let loads = 0;
  let disposed = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  application.onGap(async (gap) => {
    isCurrent = true;
    await loadAtLast();
    if (notice.value === '') notice.value = describeGap(gap);
  });
  application.onStatus((next) => {
    status.value = next;
    if (next.state !== 'active' || isCurrent) return;
    // Between the first loading and now nobody told this page: a broadcast goes to those who have joined.
    isCurrent = true;
    void loadAtLast();
  });
  onScopeDispose(() => {
    disposed = true;
    application.close();
  });
  if (loads === 0) void loadAtLast();

  /** An application's server that is away must not keep the page from showing it later. */
  async function loadAtLast(): Promise<void> {
    const number = ++loads;
    clearTimeout(retry);
    try {
      await load();
      if (number === loads) notice.value = '';
    } catch (error) {
      if (number !== loads) return;
      notice.value = describe(error);
      if (!disposed) retry = setTimeout(loadAtLast, retryMs);
    }
  }

  return { status, notice, unread: useUnread(), attempt };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
