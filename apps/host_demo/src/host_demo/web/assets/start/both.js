// Both hosts side by side on one address.

import { h, put } from '../app/dom.js';
import { LANG, t } from './words.js';

const { hosts } = JSON.parse(document.getElementById('both').dataset.known);
const path = location.hash.startsWith('#/') ? location.hash.slice(1) : '/';
put(document.getElementById('both'), h('h1', { class: 'unseen' }, t('both')), hosts.map((host) => h('figure', {},
  h('figcaption', {}, h('a', { href: `/h/${host.slug}` }, host.name[LANG])),
  h('iframe', { src: `/h/${host.slug}${path === '/' ? '' : path}`, title: host.name[LANG], allow: 'camera; clipboard-write' }))));
