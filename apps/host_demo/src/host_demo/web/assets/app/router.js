// Addresses and screens. A screen is a function that gets its context and answers an element.

import { HOST } from './api.js';
import { h, put } from './dom.js';
import { t } from './i18n.js';

const BASE = `/h/${HOST}`;
const routes = [];
const scrolled = new Map();
const kept = new Map();
let leave = null;
let key = 0;
const layers = [];
let goingBack = null;

/** An address inside the app. */
export function to(path) {
  return BASE + path;
}

/** `pattern` like /m/:mp/p/:product shows `screen`; `tab` is the tab of the host that it belongs to, if any. */
export function route(pattern, screen, { tab = null, chrome = 'host' } = {}) {
  const names = [];
  const source = pattern.replace(/:(\w+)/g, (_, name) => {
    names.push(name);
    return '([^/]+)';
  });
  routes.push({ test: new RegExp(`^${source}/?$`), names, screen, tab, chrome });
}

/** Go there; `replace` leaves no way back to where we are. What lies over the screen gives its place in the history away. */
export function go(path, { replace = false } = {}) {
  if (goingBack) {
    goingBack.then(() => go(path, { replace }));
    return;
  }
  remember();
  key = replace ? key : key + 1;
  history[replace || layers.length ? 'replaceState' : 'pushState']({ key }, '', to(path));
  show();
}

/** Something lies over the screen, and the way back closes it by `close`. Answers what to call when it was closed otherwise. */
export function layer(close) {
  layers.push(close);
  history.pushState({ key, layer: layers.length }, '');
  return () => {
    const at = layers.indexOf(close);
    if (at < 0) return;
    layers.splice(at);
    leaveLayers(1);
  };
}

/** Takes entries of layers out of the way back. It takes the browser a moment: `go` waits for it. */
function leaveLayers(count) {
  goingBack = new Promise((resolve) => {
    window.addEventListener('popstate', () => { goingBack = null; resolve(); }, { once: true });
  });
  history.go(-count);
}

/** Back to where the viewer came from, or to `otherwise` when this was the first page. */
export function back(otherwise) {
  if (key > 0) history.back();
  else go(otherwise, { replace: true });
}

/** A link that stays in the app. */
export function link(path, props, ...children) {
  return h('a', { href: to(path), ...props }, ...children);
}

/** Say it to a screen reader. */
export function announce(text) {
  document.getElementById('announcer').textContent = text;
}

/** A list of what has been loaded on this page of the history, still there when the viewer comes back to it. */
export function keptHere() {
  if (!kept.has(key)) kept.set(key, []);
  return kept.get(key);
}

function remember() {
  const box = document.querySelector('#screen .scrolls');
  if (box) scrolled.set(key, box.scrollTop);
}

/** Show the screen of the present address. `onShown` hears of each. */
let onShown = () => {};
export function start(hear) {
  onShown = hear;
  key = history.state?.key ?? 0;
  if (history.state?.layer) leaveLayers(history.state.layer);
  else history.replaceState({ key }, '');
  window.addEventListener('popstate', (event) => {
    const { key: next = 0, layer: open = 0 } = event.state ?? {};
    for (const close of layers.splice(open)) close();
    if (next === key) return;
    remember();
    key = next;
    show({ returning: true });
  });
  window.addEventListener('pageshow', (event) => {
    if (!event.persisted) return; // kept as it was left, e.g. with a button on its way to the cashier
    remember();
    if (layers.length) leaveLayers(layers.length);
    show({ returning: true });
  });
  document.addEventListener('click', (event) => {
    const anchor = event.target.closest?.('a[href]');
    const plain = !event.defaultPrevented && event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey);
    if (!anchor || !plain || anchor.target || anchor.hasAttribute('download')) return;
    const url = new URL(anchor.href);
    if (url.origin !== location.origin || !(url.pathname === BASE || url.pathname.startsWith(`${BASE}/`))) return;
    event.preventDefault();
    go(url.pathname.slice(BASE.length) + url.search);
  });
  show();
}

/** Show the present address again, e.g. after an error. */
export function again() {
  show();
}

function show({ returning = false } = {}) {
  leave?.abort();
  if (!returning) kept.delete(key);
  leave = new AbortController();
  layers.length = 0;
  for (const dialog of document.querySelectorAll('dialog')) dialog.remove();
  const path = location.pathname.slice(BASE.length) || '/';
  for (const { test, names, screen, tab, chrome } of routes) {
    const match = test.exec(path);
    if (!match) continue;
    const params = Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(match[at + 1])]));
    const box = document.getElementById('screen');
    const context = { params, query: new URLSearchParams(location.search), signal: leave.signal };
    const element = screen(context);
    put(box, element);
    box.removeAttribute('aria-busy');
    onShown({ tab, chrome });
    if (returning) restore(element);
    element.querySelector('.shelf[aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' });
    const heading = element.querySelector('h1');
    document.title = `${heading?.textContent || t('feed')} · ${document.documentElement.dataset.name}`;
    if (heading && !element.querySelector('[autofocus]')) {
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
    }
    element.querySelector('[autofocus]')?.focus();
    return;
  }
  go('/', { replace: true });
}

function restore(element) {
  const at = scrolled.get(key);
  const box = element.classList.contains('scrolls') ? element : element.querySelector('.scrolls');
  if (!at || !box) return;
  box.scrollTop = at;
  element.addEventListener('loaded', () => { box.scrollTop = at; }, { once: true });
}
