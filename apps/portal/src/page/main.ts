import { createApp } from 'vue';
import App from './App.vue';
import { loadConfiguration } from './configuration.ts';
import './styles/tokens.css';
import './styles/base.css';

const configuration = await loadConfiguration();
createApp(App, { configuration }).mount('#portal');
