import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/layout.css';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { apiKey, createApi } from './api.ts';
import { createConsoleRouter } from './router.ts';
import { useSession } from './stores/session.ts';

const api = createApi();
const app = createApp(App).use(createPinia()).provide(apiKey, api);
// The first route depends on who is signed in, so that is asked before the router looks.
await useSession().load(api);
app.use(createConsoleRouter()).mount('#app');
