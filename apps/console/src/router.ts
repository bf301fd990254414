import { createRouter, createWebHistory, type RouteRecordRaw, type Router } from 'vue-router';
import { basePath } from './base.ts';
import { useSession } from './stores/session.ts';
import { useToasts } from './stores/toasts.ts';

declare module 'vue-router' {
  interface RouteMeta {
    /** What the page is called in the title and the palette. */
    title?: string;
    /** Shown without a sign-in, outside the shell. */
    bare?: true;
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'overview', component: () => import('./pages/OverviewPage.vue'), meta: { title: 'Overview' } },
  { path: '/live', name: 'live', component: () => import('./pages/LivePage.vue'), meta: { title: 'Live' } },
  { path: '/buffers', name: 'buffers', component: () => import('./pages/BuffersPage.vue'), meta: { title: 'Buffers' } },
  { path: '/clients', name: 'clients', component: () => import('./pages/ClientsPage.vue'), meta: { title: 'Clients' } },
  { path: '/clients/:id', name: 'client', component: () => import('./pages/ClientPage.vue'), meta: { title: 'Client' } },
  { path: '/routing', name: 'routing', component: () => import('./pages/RoutingPage.vue'), meta: { title: 'Routing' } },
  { path: '/inject', name: 'inject', component: () => import('./pages/InjectPage.vue'), meta: { title: 'Inject' } },
  { path: '/messages/:id', name: 'message', component: () => import('./pages/MessagePage.vue'), meta: { title: 'Message' } },
  { path: '/settings', name: 'settings', component: () => import('./pages/SettingsPage.vue'), meta: { title: 'Settings' } },
  { path: '/login', name: 'login', component: () => import('./pages/LoginPage.vue'), meta: { title: 'Sign in', bare: true } },
  { path: '/:rest(.*)*', name: 'not-found', component: () => import('./pages/NotFoundPage.vue'), meta: { title: 'Not found' } },
];

export function createConsoleRouter(): Router {
  const router = createRouter({ history: createWebHistory(basePath), routes });
  router.beforeEach((to) => {
    const { user } = useSession();
    if (!user && to.name !== 'login') return { name: 'login', query: to.fullPath === '/' ? {} : { next: to.fullPath } };
    return user && to.name === 'login' ? { name: 'overview' } : true;
  });
  // A page's code is loaded when it is first opened; without the server the click would do nothing, and say nothing.
  router.onError((_, to) => {
    const page = to.meta.title ? `“${to.meta.title}”` : 'The page';
    useToasts().show(`${page} could not be loaded. Try again when the server can be reached.`, 'red');
  });
  router.afterEach((to) => {
    document.title = to.meta.title ? `${to.meta.title} · Pollux` : 'Pollux';
  });
  return router;
}
