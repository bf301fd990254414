import type { Role, SessionView } from '@pollux/admin/contract';
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { type Api, failureOf } from '../api.ts';
import { useLive } from './live.ts';

const order: readonly Role[] = ['viewer', 'operator', 'admin'];

/** Who is signed in, and what that allows. The server enforces it; the console only says it beforehand. */
export const useSession = defineStore('session', () => {
  const view = shallowRef<SessionView>();
  const user = computed(() => view.value?.user);
  const environment = computed(() => view.value?.environment ?? '');

  async function load(api: Api): Promise<void> {
    try {
      view.value = await api.session.me.query();
    } catch (error) {
      if (failureOf(error).kind !== 'unreachable') throw error;
    }
  }

  async function login(api: Api, name: string, password: string): Promise<void> {
    view.value = await api.session.login.mutate({ name, password });
  }

  async function logout(api: Api): Promise<void> {
    view.value = await api.session.logout.mutate();
  }

  /** The session ended on the server. */
  function forget(): void {
    if (view.value) view.value = { environment: view.value.environment };
  }

  function can(role: Role): boolean {
    return user.value !== undefined && order.indexOf(user.value.role) >= order.indexOf(role);
  }

  /** Why something cannot be done, or undefined when it can. */
  function lacks(role: Role): string | undefined {
    if (can(role) && useLive().state === 'reconnecting') return 'The server cannot be reached now.';
    return can(role) ? undefined : `Needs the role ${role}; you are ${user.value?.role ?? 'not signed in'}.`;
  }

  return { view, user, environment, load, login, logout, forget, can, lacks };
});
