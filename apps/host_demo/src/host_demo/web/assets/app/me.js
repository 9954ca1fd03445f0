// The host's own pages: who looks, and "Services and orders", which the host keeps by itself.

import { call } from './api.js';
import { h, icon, put } from './dom.js';
import { LANG, dateTime, price, switchLanguage, t } from './i18n.js';
import { empty, hostHead, inWords, load, oneAtATime, toast } from './parts.js';
import { announce, link } from './router.js';

const NAME = document.documentElement.dataset.name;

export function meScreen() {
  const row = (sign, text, make) => h('li', {}, make({ class: 'menu-row' }, icon(sign), h('span', {}, text)));
  return h('section', { class: 'host-screen scrolls' },
    h('header', { class: 'me-head' },
      h('span', { class: 'avatar big', 'aria-hidden': 'true' }, icon('person')),
      h('div', {}, h('h1', {}, t('viewer_name')), h('p', {}, t('viewer_hint')))),
    h('ul', { class: 'rows menu' },
      row('list', t('services'), (props, ...children) => link('/me/services', props, children)),
      row('grid', t('programs'), (props, ...children) => link('/programs', props, children)),
      row('scan', t('scan'), (props, ...children) => link('/scan', props, children)),
      row('globe', t('language'), (props, ...children) =>
        h('button', { ...props, type: 'button', lang: LANG === 'en' ? 'zh' : 'en', 'aria-label': t('language_to', t('language'), t('language_name')), onclick: switchLanguage }, children)),
      row('share', t('other_host'), (props, ...children) => h('a', { ...props, href: '/both', target: '_top' }, children)),
      row('home', t('start_page'), (props, ...children) => h('a', { ...props, href: '/', target: '_top' }, children))));
}

export function servicesScreen({ signal }) {
  const box = h('div', { class: 'body' });
  const show = (page) => [
    h('p', { class: 'lead' }, t('services_lead', NAME)),
    h('ul', { class: 'rows' }, page.services.map((service) => h('li', { class: 'service' },
      h('span', { class: 'program-words' }, h('b', {}, t(`service_${service.service}`)),
        h('span', { class: 'faint' }, `${price(service.price)} · ${t('demo_free')}`)),
      h('button', { type: 'button', class: 'pill', onclick: oneAtATime(() => take(service.service)) }, t('service_take'))))),
    h('h2', { class: 'section-title' }, t('services_entries')),
    page.items.length
      ? h('ul', { class: 'rows entries' }, page.items.map((entry) => h('li', { class: 'service' },
        h('span', { class: 'program-words' }, h('b', {}, t(`service_${entry.service}`)), h('span', { class: 'faint' }, dateTime(entry.taken_at))),
        h('span', { class: 'price' }, price(entry.price)))))
      : empty(t('services_none'), null),
    h('p', { class: 'note' }, t('services_note')),
  ];
  async function take(service) {
    try {
      put(box, show(await call('POST', '/services-and-orders', { body: { service }, signal })));
      announce(t(`service_${service}`));
    } catch (fault) {
      if (fault.name !== 'AbortError') toast(inWords(fault));
    }
  }
  load(box, () => call('GET', '/services-and-orders', { signal }), show);
  return h('section', { class: 'host-screen scrolls' }, hostHead(t('services'), { otherwise: '/me' }), box);
}
