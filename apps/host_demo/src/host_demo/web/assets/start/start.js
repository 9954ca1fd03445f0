// The start page: what to open, and whether each process is ready, asked again and again.

import { h, put } from '../app/dom.js';
import { LANG, switchButton, t } from './words.js';

const EVERY = 3000;
const states = h('ul', { class: 'states' }, h('li', {}, t('asking')));
const hosts = h('ul', { class: 'doors' });
const links = h('ul', { class: 'links' });

put(document.getElementById('start'),
  h('header', {}, h('img', { src: '/assets/icon.svg', alt: '', width: 56, height: 56 }), h('h1', {}, 'Anchorage'), switchButton()),
  h('p', { class: 'lead' }, t('lead')),
  h('section', {}, h('h2', {}, t('open')), h('p', { class: 'faint' }, t('open_hint')), hosts),
  h('div', { class: 'columns' },
    h('section', {}, h('h2', {}, t('look')), links),
    h('section', { 'aria-live': 'polite' }, h('h2', {}, t('state')), states)));

function show(state) {
  if (hosts.dataset.shown !== JSON.stringify(state.hosts)) {
    hosts.dataset.shown = JSON.stringify(state.hosts);
    put(hosts, state.hosts.length ? [
      state.hosts.map((host) => door(`/h/${host.slug}`, host.name[LANG], t(host.skin), host.skin)),
      door('/both', t('both'), t('both_hint'), 'both'),
    ] : h('li', {}, t('no_hosts')));
    const sandbox = state.processes.find((process) => process.name === 'alipay_sandbox');
    put(links, linkTo(`${state.gateway}/docs`, t('docs')), linkTo(`${state.gateway}/openapi.json`, t('openapi')), sandbox ? linkTo(sandbox.url, t('sandbox')) : null);
  }
  const seen = JSON.stringify(state.processes);
  if (states.dataset.shown === seen) return;
  states.dataset.shown = seen;
  put(states, state.processes.map((process) => h('li', { 'data-state': process.state, 'data-process': process.name },
    h('b', {}, process.name), h('span', { class: 'faint' }, t(`what_${process.name}`)), h('span', { class: 'light' }, t(process.state)))));
}

function door(href, name, hint, kind) {
  return h('li', {}, h('a', { href, class: `door door-${kind}` }, h('b', {}, name), h('span', {}, hint)));
}

function linkTo(href, words) {
  return h('li', {}, h('a', { href }, words));
}

async function ask() {
  try {
    show(await (await fetch('/api/state')).json());
    document.getElementById('start').removeAttribute('aria-busy');
  } catch {
    states.dataset.shown = '';
    put(states, h('li', { 'data-state': 'away' }, t('lost')));
  }
  setTimeout(ask, EVERY);
}

ask();
