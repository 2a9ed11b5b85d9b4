// Starts the page.
import { mount } from 'svelte';
import '../ui/base.css';
import App from './App.svelte';

mount(App, { target: document.getElementById('app')! });

// A page taken back out of the browser's cache has let go of its read and its events: begin anew.
window.addEventListener('pageshow', (event) => event.persisted && location.reload());
