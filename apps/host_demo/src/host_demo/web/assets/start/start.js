// The start page: what to open, and whether each process is ready, asked again and again.

import { h, put } from '../app/dom.js';
import { LANG, switchButton, t } from './words.js';

const EVERY = 3000;
const { hosts, processes, addresses } = JSON.parse(document.getElementById('start').dataset.known);
const lights = new Map(processes.map((name) => [name, h('span', { class: 'light' }, t('asking'))]));
const lost = h('p', { class: 'lost', role: 'status', hidden: true }, t('lost'));
const rows = new Map(processes.map((name) => [name, h('li', { 'data-process': name },
  h('b', {}, name), h('span', { class: 'what' }, t(`what_${name}`)), lights.get(name), outlets(name))]));

put(document.getElementById('start'),
  h('header', {}, h('img', { src: new URL('../icon.svg', import.meta.url).href, alt: '', width: 56, height: 56 }), h('h1', {}, 'Anchorage'), switchButton()),
  h('p', { class: 'lead' }, t('lead')),
  h('section', {}, h('h2', {}, t('open')), h('p', { class: 'faint' }, t('open_hint')), doors()),
  h('div', { class: 'columns' },
    h('section', {}, h('h2', {}, t('look')), h('ul', { class: 'links' },
      addresses.gateway ? [linkTo(`${addresses.gateway}/docs`, t('docs'), t('docs_hint')), linkTo(`${addresses.gateway}/openapi.json`, t('openapi'), t('openapi_hint'))] : null,
      addresses.alipay_sandbox ? linkTo(addresses.alipay_sandbox, t('sandbox'), t('sandbox_hint')) : null)),
    h('section', {}, h('h2', {}, t('state')), h('ul', { class: 'states' }, [...rows.values()]), lost)));

function doors() {
  if (!hosts.length) return h('p', { class: 'faint' }, t('no_hosts'));
  return h('ul', { class: 'doors' },
    hosts.map((host) => door(`/h/${host.slug}`, host.name[LANG], t(host.skin), host.skin)),
    door('/both', t('both'), t('both_hint'), 'both'));
}

function door(href, name, hint, kind) {
  return h('li', {}, h('a', { href, class: `door door-${kind}` }, h('b', {}, name), h('span', {}, hint)));
}

function linkTo(href, words, hint) {
  return h('li', {}, h('a', { href }, words), h('span', { class: 'faint' }, hint));
}

/** What a process tells of itself, where a browser can ask it. */
function outlets(name) {
  const outlet = (path) => h('a', { href: addresses[name] + path, 'aria-label': `${name} ${path}` }, path);
  return h('span', { class: 'outlets' }, addresses[name] ? outlet('/readyz') : null);
}

async function ask() {
  try {
    const state = await (await fetch('/api/state')).json();
    for (const [name, word] of Object.entries(state.processes)) show(name, word);
    lost.hidden = true;
  } catch {
    lost.hidden = false;
    for (const name of processes) show(name, 'unknown');
  }
  setTimeout(ask, EVERY);
}

function show(name, word) {
  rows.get(name).dataset.state = word;
  lights.get(name).textContent = t(word);
}

ask();
