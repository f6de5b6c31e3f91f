import { mount } from 'svelte';
import './kit/base.css';
import App from './app/App.svelte';

mount(App, { target: document.getElementById('app')! });
