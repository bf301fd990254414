import type { ClientState } from '@pollux/core/client';
import type { InjectionKey, Ref } from 'vue';

/** How the page's one client stands, for panels that say whether they are live. */
export const connectionKey: InjectionKey<Readonly<Ref<ClientState>>> = Symbol('connection');
